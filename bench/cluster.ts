// Two servers behind one address, as plain processes, to try what more than one is like: npm run cluster. On DATABASE_URL, or the
// embedded Postgres of DATA_DIR, and on REDIS_URL, or a Redis at its usual place.
import { once } from "node:events";
import { resolve } from "node:path";

import { ConfigError, ENVIRONMENT_NAMES, readEnvironment } from "../src/config";
import { startEmbeddedPostgres } from "../src/database/embedded-postgres";
import { createLogger } from "../src/logger";
import { openRedis } from "../src/redis";
import { Secret } from "../src/secret";
import { type ClusterServer, startCluster } from "../test/support/cluster";
import { say } from "./run-bench";

const REDIS_AT_ITS_USUAL_PLACE = "redis://127.0.0.1:6379";

async function main(): Promise<void> {
  const given = readEnvironment();
  const environment = Object.fromEntries(
    ENVIRONMENT_NAMES.flatMap((name) => (given[name] ? [[name, given[name]]] : [])),
  );
  const logger = createLogger("silent");
  const redisUrl = environment.REDIS_URL ?? REDIS_AT_ITS_USUAL_PLACE;
  await checkRedis(redisUrl);

  const dataDirectory = resolve(environment.DATA_DIR ?? "./.waypath");
  const embedded =
    environment.DATABASE_URL === undefined ? await startEmbeddedPostgres({ dataDirectory, logger }) : undefined;
  const port = Number(environment.PORT ?? 4000);
  const origins = ["localhost", "127.0.0.1"].map((host) => `http://${host}:${port}`).join();
  const cluster = await startCluster({
    databaseUrl: environment.DATABASE_URL ?? embedded?.url ?? "",
    redisUrl,
    // Whoever opens a page, opens it at the balancer.
    environment: {
      ALLOWED_ORIGINS: origins,
      BUDDIES_FILE: resolve("buddies.yaml"),
      ...environment,
      DATA_DIR: dataDirectory,
      HOST: "127.0.0.1",
    },
    port,
  }).catch(async (error) => {
    await embedded?.stop();
    throw error;
  });
  say(`\nTwo servers behind ${cluster.url}: GraphiQL is at ${cluster.url}/graphiql, a token for both below.`);
  cluster.servers.forEach(introduce);
  say(`\n  ${cluster.token}\n`);

  const signal = new AbortController();
  await Promise.race(["SIGINT", "SIGTERM"].map((name) => once(process, name, signal)));
  signal.abort();
  say("Letting running turns end.");
  await cluster.close();
  await embedded?.stop();
}

function introduce({ url, process: server }: ClusterServer, index: number): void {
  say(`  server ${index + 1}: process ${server.pid}, ${url}`);
  void server.ended.then(({ code, signal, stderr }) => {
    say(`Server ${index + 1} ended: ${signal ?? `code ${code}`}. ${stderr}`);
  });
}

async function checkRedis(url: string): Promise<void> {
  const redis = await openRedis(new Secret(url), createLogger("silent")).catch((error: ConfigError) => {
    throw new ConfigError([`${error.message} Two servers need one: start \`redis-server\`, or set REDIS_URL.`]);
  });
  redis.close();
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error instanceof ConfigError ? error.message : (error?.stack ?? error)}\n`);
    process.exit(1);
  },
);
