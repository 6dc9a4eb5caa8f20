import { expect, test } from "@jest/globals";

import { createHeldEvents } from "../../src/agents/held-events";
import { delta } from "../audits/turn-log-events";

const A_LEASE_MS = 60_000;
const now = () => performance.now();

test("within its lease nothing is held back", () => {
  const held = createHeldEvents(A_LEASE_MS);
  held.open("turn");
  expect(held.hold("turn", delta("turn", 1))).toBe(false);
  expect(held.release("turn", now())).toEqual([]);
  expect(held.count()).toBe(0);
});

test("beyond it everything is, in order, until it is renewed", () => {
  const held = createHeldEvents(A_LEASE_MS);
  held.open("turn");
  expect(held.release("turn", now() - A_LEASE_MS)).toEqual([]);
  const events = [delta("turn", 1), delta("turn", 2)];
  expect(events.map((event) => held.hold("turn", event))).toEqual([true, true]);
  expect(held.count()).toBe(2);
  expect(held.release("turn", now())).toEqual(events);
  expect(held.hold("turn", delta("turn", 3))).toBe(false);
  expect(held.release("turn", now())).toEqual([]);
});

test("the lease counts from the moment that it is told", () => {
  const held = createHeldEvents(A_LEASE_MS);
  held.open("turn");
  held.release("turn", now() - A_LEASE_MS + 30_000);
  expect(held.hold("turn", delta("turn", 1))).toBe(false);
});

test("closing gives what is held back, and forgets the turn", () => {
  const held = createHeldEvents(0);
  held.open("turn");
  held.open("other");
  held.hold("turn", delta("turn", 1));
  held.hold("other", delta("other", 1));
  expect(held.close("turn")).toEqual([delta("turn", 1)]);
  expect(held.close("turn")).toEqual([]);
  expect(held.count()).toBe(1);
  expect(held.hold("turn", delta("turn", 2))).toBe(false);
  expect(held.release("turn", now())).toEqual([]);
});
