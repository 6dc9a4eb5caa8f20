import { type Balancer, startBalancer } from "./balancer";
import { makeServerHome, type ServerProcess } from "./server-process";

/** Two servers as processes of their own, behind one address. */
export interface Cluster {
  /** The balancer's. */
  url: string;
  balancer: Balancer;
  servers: readonly ClusterServer[];
  /** A development token, which is good on both. */
  token: string;
  /** Asks both to stop, and waits until they have. */
  close(): Promise<void>;
}

export interface ClusterServer {
  url: string;
  process: ServerProcess;
}

export interface ClusterOptions {
  databaseUrl: string;
  redisUrl: string;
  /** What the servers are told besides. */
  environment?: Record<string, string>;
  /** The balancer's; default: any. */
  port?: number;
}

/** Starts it all, and resolves when both servers are ready. What they need has to run. */
export async function startCluster({ databaseUrl, redisUrl, environment, port = 0 }: ClusterOptions): Promise<Cluster> {
  // Ctrl+C is this process's to hear, which then asks the servers to stop: asked twice, they would not let their turns end.
  const home = makeServerHome({ detached: true });
  try {
    const started = [1, 2].map(() =>
      home.start({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, ...environment, PORT: "0" }),
    );
    const servers = await Promise.all(started.map(async (process) => ({ process, ...(await process.ready()) })));
    const balancer = await startBalancer(
      servers.map(({ url }) => url),
      port,
    );
    return {
      url: balancer.url,
      balancer,
      servers,
      token: servers[0]?.token ?? "",
      async close() {
        await home.close();
        balancer.close();
      },
    };
  } catch (error) {
    await home.close();
    throw error;
  }
}
