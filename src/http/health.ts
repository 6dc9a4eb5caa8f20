import { setTimeout as wait } from "node:timers/promises";
import { Router } from "express";
import type { DataSource } from "typeorm";

export interface HealthOptions {
  dataSource: DataSource;
  /** False from the moment that the server begins to shut down. */
  isAccepting: () => boolean;
}

/** How long the database may take to answer before this server counts as not ready, in milliseconds. */
const DATABASE_ANSWER_MS = 2_000;

/** `/healthz`: the process is alive. `/readyz`: it can take requests now; 503 with the reason where it cannot. */
export function healthRoutes({ dataSource, isAccepting }: HealthOptions): Router {
  return Router()
    .get("/healthz", (_request, response) => {
      response.json({ status: "ok" });
    })
    .get("/readyz", async (_request, response) => {
      if (!isAccepting()) {
        response.status(503).json({ status: "shutting down" });
      } else if (await answers(dataSource)) {
        response.json({ status: "ready" });
      } else {
        response.status(503).json({ status: "database unavailable" });
      }
    });
}

async function answers(dataSource: DataSource): Promise<boolean> {
  const timeout = new AbortController();
  try {
    return await Promise.race([
      dataSource.query("SELECT 1").then(() => true),
      wait(DATABASE_ANSWER_MS, false, { signal: timeout.signal }),
    ]);
  } catch {
    return false;
  } finally {
    timeout.abort();
  }
}
