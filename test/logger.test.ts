import { expect, test } from "@jest/globals";

import { createLogger, redactSecrets } from "../src/logger";

function lineOf(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger("trace", { write: (line) => lines.push(line) }));
  return lines.join("");
}

test.each([
  ["Claude's keys", "sk-ant-api03-abc_DEF-123"],
  ["OpenAI's keys", "sk-proj-abc123"],
  ["keys of odd but allowed characters", "sk-ant-ab.cd+ef/gh~ij@kl=mn"],
  ["keys of the smallest allowed size", "sk-ant-a"],
  ["Stripe's keys", "sk_live_abc123"],
  ["Stripe's restricted keys", "rk_test_abc123"],
  ["webhook secrets", "whsec_abc+12/3="],
  ["tokens", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"],
  ["Langfuse's keys as they are sent", Buffer.from("pk-lf-1234:sk-lf-5678").toString("base64")],
  ["ring keys", `k1:${Buffer.alloc(32, 1).toString("base64")}`],
])("%s are cut from every line, wherever they stand", (_name, secret) => {
  const line = lineOf((logger) => logger.info({ nested: { text: `before ${secret} after` } }, `message ${secret}`));
  expect(line).not.toContain(secret);
  expect(JSON.parse(line)).toMatchObject({ msg: "message [redacted]", nested: { text: "before [redacted] after" } });
});

test.each([
  ["behind a line break", "first line\nsk-ant-api03-abc-123"],
  ["behind a tab", "a\tsk-ant-api03-abc-123"],
  ["behind a control character", "\u001bsk-ant-api03-abc-123"],
  ["in JSON inside of JSON", JSON.stringify({ key: "\nsk-ant-api03-abc-123" })],
  ["in an encoded address", "https://host/?key%3Dsk-ant-api03-abc-123"],
  ["behind an underscore", "key_sk-ant-api03-abc-123"],
  ["in a stack", new Error("refused:\nsk-ant-api03-abc-123").stack ?? ""],
])("a key %s is cut too, from a line and from a text", (_name, text) => {
  expect(lineOf((logger) => logger.info({ text }, "of others"))).not.toMatch(/abc-123/);
  expect(redactSecrets(text)).not.toMatch(/abc-123/);
});

test.each(["-eyJ", "_eyJ", "\neyJ", "sk-a ", "whsec_", "k1:", "x://a:"])(
  "a long text of nothing but %j is looked through once",
  (piece) => {
    // Looked through again from every piece, it would outlast the test's time many times over.
    const text = piece.repeat(300_000);
    expect(redactSecrets(text).length).toBeGreaterThan(0);
  },
);

test("of a database's address the password is cut", () => {
  expect(redactSecrets("postgres://waypath:p4ss:w0rd@db.example.com:5432/waypath is away")).toBe(
    "postgres://waypath:[redacted]@db.example.com:5432/waypath is away",
  );
});

test.each([
  "the key sk-ant-…x4Qz and sk-…abcd",
  "a risk-averse, task-oriented desk-side assistant",
  "http://127.0.0.1:4000/graphql mailto:ada@example.com",
  "wp_2f1c:1 at 12:30:00.000Z",
])("what is no secret stays readable: %s", (text) => {
  expect(redactSecrets(text)).toBe(text);
});

test("of an error a line has what tells its cause, and nothing that hangs on it", () => {
  const error = Object.assign(new Error("no such row"), { code: "23503", parameters: ["what a person wrote"] });
  const { err } = JSON.parse(lineOf((logger) => logger.error({ err: error }, "failed")));
  expect(err).toEqual({
    type: "Error",
    message: "no such row",
    code: "23503",
    stack: expect.stringContaining("no such row"),
  });
});
