// PROTOCOL.md, held against the code: no code is left out, none is made up, and every sentence that binds somebody has its test.
import { ApolloServerErrorCode } from "@apollo/server/errors";
import { expect, test } from "@jest/globals";
import { CloseCode } from "graphql-ws";

import { DEFAULT_LIMITS } from "../src/limits";
import { backticked, blocksOf, filesBelow, isThere, read, rowsOf, sectionOf } from "./support/documents";

const PROTOCOL = read("PROTOCOL.md");

test("every sentence with MUST or SHOULD has its test behind it", () => {
  const binding = blocksOf(PROTOCOL).filter((block) => /\b(MUST|SHOULD)\b/.test(block));
  expect(binding.length).toBeGreaterThan(25);
  const loose = binding.filter((block) => {
    const tests = backticked(block).filter((name) => /^test\/.+\.test\.ts$/.test(name));
    return tests.length === 0 || !tests.every(isThere);
  });
  expect(loose).toEqual([]);
});

test("the close codes are those that a server closes with", () => {
  // A client's own: what it takes for a fault of the server's, or of itself.
  const clients = [CloseCode.BadResponse, CloseCode.InternalClientError, CloseCode.ConnectionAcknowledgementTimeout];
  const library = Object.values(CloseCode).filter(
    (code): code is CloseCode => typeof code === "number" && !clients.includes(code),
  );
  const ours = filesBelow("src/graphql").flatMap((path) =>
    [...read(path).matchAll(/= (1\d{3});$/gm)].map(([, code]) => Number(code)),
  );
  expect(ours.sort()).toEqual([1001, 1013]);
  // What the network's own protocol ends with: text that is none, and a frame that is too large.
  const network = [1007, 1009];
  const told = rowsOf(sectionOf(PROTOCOL, "Close codes")).flatMap(([codes = ""]) => codes.match(/\d{4}/g) ?? []);
  expect([...new Set(told)].map(Number).sort()).toEqual([...library, ...ours, ...network].sort());
});

test("every code of an error is told", () => {
  // What Stripe is answered at its webhook is between the two of them.
  const doors = ["src/graphql", "src/http"].flatMap(filesBelow).filter((path) => !path.endsWith("/stripe-webhook.ts"));
  const refusals = doors.flatMap((path) => [
    ...read(path).matchAll(/(?:code: |refuse\((?:response, \d+, )?)"([A-Z_]+)"/g),
  ]);
  const unions = ["src/errors.ts", "src/agents/turn-events.ts", "src/graphql/types/enums.ts"].flatMap((path) =>
    [...read(path).matchAll(/type \w+Code =([^;]+);/g)].flatMap(([, union = ""]) => [
      ...union.matchAll(/"([A-Z_]+)"/g),
    ]),
  );
  // No document is known by its hash, so that none can be missing.
  const library = Object.values(ApolloServerErrorCode).filter((code) => code !== "PERSISTED_QUERY_NOT_FOUND");
  const codes = [...new Set([...[...refusals, ...unions].map(([, code = ""]) => code), ...library])];
  expect(codes.length).toBeGreaterThan(30);
  const told = backticked(PROTOCOL);
  expect(codes.filter((code) => !told.includes(code))).toEqual([]);
});

test("every event is told, and what it is called as a server-sent event", () => {
  const [, names = ""] = /const NAMES[^{]+\{([^}]+)\}/.exec(read("src/http/chat-operation.ts")) ?? [];
  const events = [...names.matchAll(/(\w+): "([a-z.]+)"/g)];
  expect(events).toHaveLength(10);
  const [told, explained] = [backticked(PROTOCOL), rowsOf(sectionOf(PROTOCOL, "Events")).map(([name]) => name)];
  expect(events.filter(([, type, name = ""]) => !explained.includes(`\`${type}\``) || !told.includes(name))).toEqual(
    [],
  );
});

test("every limit's number is told, as often as there are limits of it", () => {
  const limits = sectionOf(PROTOCOL, "Limits");
  const told = (number: string) => [...limits.matchAll(new RegExp(`(?<![\\d,])${number}(?![\\d]|,\\d)`, "g"))].length;
  const values = Object.entries(DEFAULT_LIMITS).filter(([name]) => !name.endsWith("Bytes"));
  const missing = values.filter(
    ([, value]) => told(value.toLocaleString("en")) < values.filter(([, other]) => other === value).length,
  );
  expect(missing).toEqual([]);
  // The two in bytes are one.
  expect([DEFAULT_LIMITS.bodyBytes, DEFAULT_LIMITS.frameBytes]).toEqual([256 * 1024, 256 * 1024]);
  expect(told("256 KiB")).toBe(1);
});
