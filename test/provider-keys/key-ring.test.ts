import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { expect, test } from "@jest/globals";

import { parseKeyRing } from "../../src/provider-keys/key-ring";
import { RingKeyMissingError, SealedKeyUnreadableError } from "../../src/provider-keys/sealed-key-unreadable-error";
import { Secret } from "../../src/secret";
import { rejection } from "./key-fixture";

const OLD = randomBytes(32).toString("base64");
const NEW = randomBytes(32).toString("base64");
const CONTEXT = Buffer.from("where it belongs");

test("the first key wraps, and all unwrap", async () => {
  const dataKey = randomBytes(32);
  const before = parseKeyRing(`old:${OLD}`);
  const wrapped = await before.wrap(dataKey, CONTEXT);
  expect(wrapped.keyId).toBe("old");

  const after = parseKeyRing(new Secret(` new:${NEW}, old:${OLD} `));
  expect(after.primaryKeyId).toBe("new");
  expect((await after.wrap(dataKey, CONTEXT)).keyId).toBe("new");
  expect(await after.unwrap(wrapped, CONTEXT)).toEqual(dataKey);
});

test("a data key wrapped by a key that has left the ring is refused by that key's name", async () => {
  const wrapped = await parseKeyRing(`old:${OLD}`).wrap(randomBytes(32), CONTEXT);
  const error = await rejection(parseKeyRing(`new:${NEW}`).unwrap(wrapped, CONTEXT));
  expect(error).toBeInstanceOf(SealedKeyUnreadableError);
  expect(String(error)).toContain('"old"');
});

test("a ring tells its keys, the first one first, and has no code by a key that it lacks", async () => {
  const ring = parseKeyRing(`new:${NEW},old:${OLD}`);
  expect(ring.keyIds).toEqual(["new", "old"]);
  const error = await rejection(ring.authenticate(CONTEXT, "gone"));
  expect(error).toBeInstanceOf(RingKeyMissingError);
  expect(String(error)).toContain('"gone"');
});

test("another key under the same name does not unwrap", async () => {
  const wrapped = await parseKeyRing(`k1:${OLD}`).wrap(randomBytes(32), CONTEXT);
  expect(await rejection(parseKeyRing(`k1:${NEW}`).unwrap(wrapped, CONTEXT))).toBeInstanceOf(SealedKeyUnreadableError);
});

test("a wrapped data key opens only in the context it was wrapped in", async () => {
  const ring = parseKeyRing(`k1:${OLD}`);
  const wrapped = await ring.wrap(randomBytes(32), CONTEXT);
  expect(await rejection(ring.unwrap(wrapped, Buffer.from("elsewhere")))).toBeInstanceOf(SealedKeyUnreadableError);
});

test("codes are the same for the same message and key, and differ with either", async () => {
  const message = Buffer.from("a message");
  const code = await parseKeyRing(`a:${OLD}`).authenticate(message, "a");
  expect(code).toHaveLength(32);
  expect(await parseKeyRing(`b:${OLD},c:${NEW}`).authenticate(message, "b")).toEqual(code);
  expect(await parseKeyRing(`a:${NEW}`).authenticate(message, "a")).not.toEqual(code);
  expect(await parseKeyRing(`a:${OLD}`).authenticate(Buffer.from("another message"), "a")).not.toEqual(code);
});

const UNPADDED = OLD.slice(0, -1);
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
// The last character before the padding carries two bits that no byte holds.
const LOOSE_BITS = `${OLD.slice(0, 42)}${ALPHABET[ALPHABET.indexOf(OLD.charAt(42)) + 1]}=`;

test.each([
  ["nothing", "", /entry 1 has no id/],
  ["a key without an id", OLD, /entry 1 has no id/],
  ["a second key without an id", `k1:${OLD},${NEW}`, /entry 2 has no id/],
  ["a comma at the end", `k1:${OLD},`, /entry 2 has no id/],
  ["an id and a key the wrong way round", `${UNPADDED}:k1`, /entry 1 has no id/],
  ["an id with a dot", `k.1:${OLD}`, /entry 1 has no id/],
  ["a short key", `k1:${randomBytes(16).toString("base64")}`, /"k1" is not 32 bytes in base64/],
  ["a long key", `k1:${randomBytes(33).toString("base64")}`, /"k1" is not 32 bytes in base64/],
  ["hexadecimal", `k1:${randomBytes(32).toString("hex")}`, /"k1" is not 32 bytes in base64/],
  ["a key cut short", `k1:${UNPADDED}`, /"k1" is not 32 bytes in base64/],
  ["a key with a foreign character", `k1:${OLD.slice(0, 10)}*${OLD.slice(10)}`, /"k1" is not 32 bytes in base64/],
  ["a key with loose bits", `k1:${LOOSE_BITS}`, /"k1" is not 32 bytes in base64/],
  ["an id twice", `k1:${OLD},k1:${NEW}`, /"k1" is given twice/],
  ["a key twice", `k1:${OLD},k2:${OLD}`, /"k1" and "k2" are the same key/],
])("%s is refused, and the refusal repeats no key", (_what, text, sentence) => {
  expect(() => parseKeyRing(text)).toThrow(sentence);
  try {
    parseKeyRing(text);
  } catch (error) {
    const shown = inspect(error);
    for (const part of text.split(/[:,]/).filter((piece) => piece.length > 8)) expect(shown).not.toContain(part);
  }
});

test("a ring shows none of its keys", () => {
  const shown = inspect(parseKeyRing(`k1:${OLD}`), { depth: null, showHidden: true });
  expect(shown).not.toContain(OLD);
  expect(shown).not.toContain(Buffer.from(OLD, "base64").toString("hex").match(/../g)?.slice(0, 6).join(" "));
  expect(JSON.stringify(parseKeyRing(`k1:${OLD}`))).toBe('{"primaryKeyId":"k1"}');
});
