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
  ["Stripe's keys", "rk_live_abc123"],
  ["webhook secrets", "whsec_abc123"],
  ["tokens", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"],
])("%s are cut from every line, wherever they stand", (_name, secret) => {
  const line = lineOf((logger) => logger.info({ nested: { text: `before ${secret} after` } }, `message ${secret}`));
  expect(line).not.toContain(secret);
  expect(JSON.parse(line)).toMatchObject({ msg: "message [redacted]", nested: { text: "before [redacted] after" } });
});

test.each([
  ["on a line of its own", "the key is:\nsk-ant-api03-abc_DEF-123\nand no other"],
  ["after a tab", "key\tsk-ant-api03-abc_DEF-123"],
  ["after a control character", "\u001fsk-ant-api03-abc_DEF-123"],
  ["in JSON inside of JSON", JSON.stringify({ key: "\nsk-ant-api03-abc_DEF-123" })],
])("a key %s is cut too", (_name, text) => {
  expect(lineOf((logger) => logger.info({ text }, text))).not.toContain("abc_DEF");
});

test("masked keys stay readable", () => {
  expect(redactSecrets("the key sk-ant-…x4Qz and sk-…abcd")).toBe("the key sk-ant-…x4Qz and sk-…abcd");
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
