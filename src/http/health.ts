import { Router } from "express";
import type { DataSource } from "typeorm";

import { endsWithin } from "../ends-within";
import type { Redis } from "../redis";

export interface HealthOptions {
  dataSource: DataSource;
  /** Undefined where there is one server. */
  redis: Pick<Redis, "client" | "isConnected"> | undefined;
  /** False from the moment that the server begins to shut down. */
  isAccepting: () => boolean;
}

/** How long database and Redis may each take to answer before this server counts as not ready, in milliseconds. */
const ANSWER_MS = 2_000;

/** `/healthz`: the process is alive. `/readyz`: it can take requests now; 503 with the reason where it cannot. */
export function healthRoutes({ dataSource, redis, isAccepting }: HealthOptions): Router {
  const look = async () => {
    const [database, messages] = await Promise.all([
      answers(() => dataSource.query("SELECT 1")),
      redis === undefined || (redis.isConnected() && answers(() => redis.client.ping())),
    ]);
    return { database, messages };
  };
  // Everybody may ask: those who ask at the same time share a look, and take no connection from those who have work.
  let looking: ReturnType<typeof look> | undefined;
  const standing = () => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  return Router()
    .get("/healthz", (_request, response) => {
      response.json({ status: "ok" });
    })
    .get("/readyz", async (_request, response) => {
      if (!isAccepting()) {
        response.status(503).json({ status: "shutting down" });
        return;
      }
      const { database, messages } = await standing();
      if (!database) response.status(503).json({ status: "database unavailable" });
      else if (!messages) response.status(503).json({ status: "redis unavailable" });
      else response.json({ status: "ready" });
    });
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  return endsWithin(ANSWER_MS, ask()).catch(() => false);
}
