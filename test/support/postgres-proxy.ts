import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Stands between a server and its Postgres. */
export interface PostgresProxy {
  /** The address of the same database, through the proxy. */
  through(databaseUrl: string): string;
  /** Breaks the connection of the next statement that matches. Resolves when it is broken. */
  breakAt(statement: RegExp, how: Breaking): Promise<void>;
  /** Resolves when a server has tried in vain to connect. */
  refused(): Promise<void>;
  /** From now on nothing gets through the connections that there are, nor through new ones if they are meant too, and none is ended. */
  fallSilent(newOnes?: boolean): void;
  /** How many connections that have fallen silent the server still has. */
  silent(): number;
  /** Lets servers connect again. */
  comeBack(): void;
  close(): void;
}

export interface Breaking {
  /** Whether Postgres does the statement, so that its answer alone is lost. */
  done: boolean;
  /** Whether everybody's connection breaks, and nobody can connect until `comeBack`. */
  away: boolean;
}

export async function startPostgresProxy(): Promise<PostgresProxy> {
  let target = { host: "127.0.0.1", port: 5432 };
  let plan: ({ statement: RegExp; broken: () => void } & Breaking) | undefined;
  let away = false;
  let mute = false;
  const silenced = new Set<Socket>();
  const clients = new Set<Socket>();
  const sockets = new Set<Socket>();
  const refusals = new Set<() => void>();
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };

  const server = createServer((client) => {
    if (away) {
      client.destroy();
      for (const tell of refusals) tell();
      return;
    }
    clients.add(client);
    if (mute) silenced.add(client);
    const postgres = connect(target);
    const breakOff = () => {
      for (const socket of [client, postgres]) socket.destroy();
    };
    for (const socket of [client, postgres]) {
      sockets.add(socket);
      socket.on("error", breakOff).on("close", () => {
        for (const known of [sockets, clients, silenced]) known.delete(socket);
        breakOff();
      });
    }
    let atAnswer: (() => void) | undefined;
    client.on("data", (bytes) => {
      if (silenced.has(client)) return;
      if (plan?.statement.test(bytes.toString("latin1"))) {
        const { done, broken, ...rest } = plan;
        plan = undefined;
        const carryOut = () => {
          away = rest.away;
          if (away) breakAll();
          else breakOff();
          broken();
        };
        if (!done) return carryOut();
        // Postgres answers a statement once it has committed it.
        atAnswer = carryOut;
      }
      postgres.write(bytes);
    });
    postgres.on("data", (bytes) => {
      if (silenced.has(client)) return;
      if (atAnswer === undefined) client.write(bytes);
      else atAnswer();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  return {
    through(databaseUrl) {
      const url = new URL(databaseUrl);
      target = { host: url.hostname, port: Number(url.port || 5432) };
      url.hostname = "127.0.0.1";
      url.port = String((server.address() as AddressInfo).port);
      return url.href;
    },
    breakAt: (statement, how) =>
      new Promise((broken) => {
        plan = { statement, broken, ...how };
      }),
    refused: () =>
      new Promise((resolve) => {
        const tell = () => {
          refusals.delete(tell);
          resolve();
        };
        refusals.add(tell);
      }),
    fallSilent(newOnes = false) {
      mute = newOnes;
      for (const client of clients) silenced.add(client);
    },
    silent: () => silenced.size,
    comeBack() {
      away = false;
      mute = false;
    },
    close() {
      server.close();
      breakAll();
    },
  };
}
