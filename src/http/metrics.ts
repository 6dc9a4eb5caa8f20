// Every metric of this server, for Prometheus. The rooms count; only this file knows the names.
import { Router } from "express";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";

import type { TurnLog } from "../agents/turn-log";
import type { MeterBacklog } from "../metering/meter-events";
import type { Relay } from "../metering/relay";
import type { Redis } from "../redis";
import type { Tracing } from "../tracing/tracing";

export interface MetricsOptions {
  /** Undefined where nothing is sent to the meter. */
  relay: Pick<Relay, "answers"> | undefined;
  meterBacklog(): Promise<MeterBacklog>;
  turnsRunning(): number;
  log: Pick<TurnLog, "turnsKept" | "eventsUnsent">;
  /** Undefined where there is one server. */
  redis: Pick<Redis, "isConnected"> | undefined;
  tracing: Pick<Tracing, "lost">;
}

/** `GET /metrics`. What the database knows is left out while it does not answer. */
export function metricsRoutes(options: MetricsOptions): Router {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerTurnMetrics(registry, options);
  registerLogMetrics(registry, options);
  registerTraceMetrics(registry, options);
  registerMeterMetrics(registry, options);
  return Router().get("/metrics", async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
}

function registerTurnMetrics(registry: Registry, { turnsRunning }: MetricsOptions): void {
  new Gauge({
    name: "waypath_turns_running",
    help: "Turns that this process runs now.",
    registers: [registry],
    collect() {
      this.set(turnsRunning());
    },
  });
}

function registerLogMetrics(registry: Registry, { log, redis }: MetricsOptions): void {
  new Gauge({
    name: "waypath_turn_log_turns",
    help: "Turns, running and ended, whose events this process keeps in memory.",
    registers: [registry],
    collect() {
      this.set(log.turnsKept());
    },
  });
  if (redis === undefined) return;
  new Gauge({
    name: "waypath_turn_log_unsent_events",
    help: "Events of turns that Redis does not have yet.",
    registers: [registry],
    collect() {
      this.set(log.eventsUnsent());
    },
  });
  new Gauge({
    name: "waypath_redis_connected",
    help: "Whether the connections to Redis stand: 1 or 0.",
    registers: [registry],
    collect() {
      this.set(redis.isConnected() ? 1 : 0);
    },
  });
}

function registerTraceMetrics(registry: Registry, { tracing }: MetricsOptions): void {
  new Counter({
    name: "waypath_trace_spans_lost_total",
    help: "Spans that Langfuse will not get: dropped for want of room, or failed to be taken.",
    labelNames: ["why"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [why, count] of Object.entries(tracing.lost)) this.inc({ why }, count);
    },
  });
}

function registerMeterMetrics(registry: Registry, { relay, meterBacklog }: MetricsOptions): void {
  new Counter({
    name: "waypath_meter_answers_total",
    help: "What the meter said to this process: delivered, later, refused.",
    labelNames: ["answer"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [answer, count] of Object.entries(relay?.answers ?? {})) {
        this.inc({ answer: answer.toLowerCase() }, count);
      }
    },
  });
  // One look at the ledger a scrape, for both that are read from it.
  let looking: Promise<MeterBacklog | null> | null = null;
  const backlog = () => {
    looking ??= meterBacklog()
      .catch(() => null)
      .finally(() => {
        looking = null;
      });
    return looking;
  };
  new Gauge({
    name: "waypath_meter_lag_seconds",
    help: "Age of the oldest billable session that the meter does not have yet.",
    registers: [registry],
    async collect() {
      const found = await backlog();
      // Not `reset`, which says 0: that nothing waits is not known.
      if (found === null) this.remove();
      else this.set(found.oldestPendingSeconds);
    },
  });
  new Gauge({
    name: "waypath_meter_events",
    help: "Billable sessions that the meter does not have, on all servers: pending, failed, ambiguous.",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const found = await backlog();
      this.reset();
      if (found === null) return;
      this.set({ state: "pending" }, found.pending);
      this.set({ state: "failed" }, found.failed);
      this.set({ state: "ambiguous" }, found.ambiguous);
    },
  });
}
