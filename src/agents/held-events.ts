// What a server may not tell at the moment, because its lease on the turn may have run out: another one may be ending the turn with
// the very numbers that these events bear. They are told once the lease is renewed, and never where it turns out to be lost.
import { LEASE_SECONDS } from "./checkpoints";
import type { TurnEvent } from "./turn-events";

export interface HeldEvents {
  /** The turn's row has just been given its lease, or is about to be. */
  open(turnId: string): void;
  /** Takes the event if it may not be told now. */
  hold(turnId: string, event: TurnEvent): boolean;
  /** The lease was renewed at this moment, in milliseconds of `performance.now`. Returns what may be told now, in order. */
  release(turnId: string, at: number): TurnEvent[];
  /** Forgets the turn. Returns what was held back. */
  close(turnId: string): TurnEvent[];
  count(): number;
}

interface Lease {
  /** In milliseconds of `performance.now`: earlier than by the database's clock, because its time began when the database was asked. */
  until: number;
  held: TurnEvent[];
}

export function createHeldEvents(leaseMs = LEASE_SECONDS * 1000): HeldEvents {
  const leases = new Map<string, Lease>();
  const take = (lease: Lease | undefined) => lease?.held.splice(0) ?? [];
  return {
    open(turnId) {
      leases.set(turnId, { until: performance.now() + leaseMs, held: [] });
    },
    hold(turnId, event) {
      const lease = leases.get(turnId);
      if (lease === undefined || performance.now() < lease.until) return false;
      lease.held.push(event);
      return true;
    },
    release(turnId, at) {
      const lease = leases.get(turnId);
      if (lease !== undefined) lease.until = at + leaseMs;
      return take(lease);
    },
    close(turnId) {
      const held = take(leases.get(turnId));
      leases.delete(turnId);
      return held;
    },
    count: () => [...leases.values()].reduce((sum, { held }) => sum + held.length, 0),
  };
}
