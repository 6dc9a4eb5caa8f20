import { expect, test } from "@jest/globals";

import { isOnThisMachine } from "../../src/http/is-on-this-machine";

const arrival = (
  remoteAddress: string | undefined,
  host: string | undefined,
  headers: Record<string, string> = {},
) => ({
  headers: { ...headers, ...(host === undefined ? {} : { host }) },
  socket: { remoteAddress },
});

test.each([
  ["127.0.0.1", "localhost:4000"],
  ["127.0.0.1", "127.0.0.1:4000"],
  ["127.8.9.10", "LOCALHOST"],
  ["::1", "[::1]:4000"],
  ["::ffff:127.0.0.1", "localhost:4000"],
])("a reader at %s who asks %s is on this machine", (address, host) => {
  expect(isOnThisMachine(arrival(address, host))).toBe(true);
});

test.each([
  ["10.0.0.7", "localhost:4000"],
  ["::ffff:10.0.0.7", "localhost:4000"],
  ["2001:db8::1", "[::1]:4000"],
  ["127.0.0.1", "rebound.example:4000"],
  ["127.0.0.1", "localhost.rebound.example"],
  ["127.0.0.1", "rebound.example#localhost"],
  ["127.0.0.1", undefined],
  [undefined, "localhost:4000"],
])("a reader at %s who asks %s is not", (address, host) => {
  expect(isOnThisMachine(arrival(address, host))).toBe(false);
});

test.each(["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"])(
  "a request that was passed on (%s) is not from this machine",
  (name) => {
    expect(isOnThisMachine(arrival("127.0.0.1", "localhost:4000", { [name]: "203.0.113.9" }))).toBe(false);
  },
);
