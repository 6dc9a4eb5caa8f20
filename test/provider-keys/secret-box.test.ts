import { createHash, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "@jest/globals";
import fc from "fast-check";

import { newId } from "../../src/ids";
import { type KeyWrapper, parseKeyRing, type WrappedKey } from "../../src/provider-keys/key-ring";
import { SealedKeyUnreadableError } from "../../src/provider-keys/sealed-key-unreadable-error";
import { type SealContext, SecretBox } from "../../src/provider-keys/secret-box";
import { Secret } from "../../src/secret";
import { newRing, rejection } from "./key-fixture";

const box = new SecretBox(newRing("k1"));
const plaintextOf = (secret: Secret) => secret.use((plaintext) => plaintext);

/** Any text at all: every code point but halves of surrogate pairs. */
const anyText = (maxLength: number) => fc.string({ unit: "binary", maxLength });
const anyContext: fc.Arbitrary<SealContext> = fc.record(
  {
    workspaceId: anyText(64),
    provider: fc.constantFrom("CLAUDE", "OPENAI"),
    id: fc.uuid(),
    version: fc.integer({ min: 1 }),
  },
  { noNullPrototype: true },
);
/** A place, and another that differs in one field or in several. */
const twoPlaces = fc
  .tuple(anyContext, anyContext, fc.subarray(["workspaceId", "provider", "id", "version"] as const, { minLength: 1 }))
  .map(([here, other, moved]): [SealContext, SealContext] => [
    here,
    { ...here, ...Object.fromEntries(moved.map((field) => [field, other[field]])) },
  ])
  .filter(([here, there]) => !isDeepStrictEqual(here, there));

/** Holds a property against random values; what breaks it is shrunk, and printed with the seed that finds it again. */
function always<Values extends [unknown, ...unknown[]]>(
  arbitraries: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  holds: (...values: Values) => Promise<void>,
): Promise<void> {
  return fc.assert(fc.asyncProperty<Values>(...arbitraries, holds), { numRuns: 500 });
}

/** Each bit of `bytes` flipped in turn. */
function* flips(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    yield flipped;
  }
}

async function expectUnreadable(sealed: string, context: SealContext): Promise<void> {
  expect(await rejection(box.open(sealed, context))).toBeInstanceOf(SealedKeyUnreadableError);
}

/** Neither the secret nor the data key around it can be had. */
async function expectUnreadableThroughout(sealed: string, context: SealContext): Promise<void> {
  await expectUnreadable(sealed, context);
  expect(await rejection(box.rewrap(sealed, context))).toBeInstanceOf(SealedKeyUnreadableError);
  expect(await rejection(box.checkWrapping(sealed, context))).toBeInstanceOf(SealedKeyUnreadableError);
}

const KEY = new Secret("sk-ant-api03-a-key-to-be-sealed-x4Qz");
const CONTEXT: SealContext = { workspaceId: "acme", provider: "CLAUDE", id: newId(), version: 7 };

function partsOf(sealed: string): [format: string, keyId: string, wrapped: string, body: string] {
  const [format = "", keyId = "", wrapped = "", body = ""] = sealed.split(".");
  return [format, keyId, wrapped, body];
}

test("whatever is sealed opens again where it belongs", async () => {
  await always([anyText(512), anyContext], async (text, context) => {
    const sealed = await box.seal(new Secret(text), context);
    expect(plaintextOf(await box.open(sealed, { ...context }))).toBe(text);
    expect(plaintextOf(await box.open(await box.rewrap(sealed, context), context))).toBe(text);
  });
});

test("it opens in no other workspace, provider, row or version", async () => {
  await always([anyText(512), twoPlaces], async (text, [here, there]) => {
    await expectUnreadableThroughout(await box.seal(new Secret(text), here), there);
  });
});

test("any bits flipped, in either layer, are refused", async () => {
  const anyFlips = fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 8 });
  await always([anyText(512), anyContext, anyFlips, fc.boolean()], async (text, context, places, inner) => {
    const [format, keyId, wrapped, body] = partsOf(await box.seal(new Secret(text), context));
    const bytes = Buffer.from(inner ? body : wrapped, "base64url");
    const bits = new Set(places.map((place) => place % (bytes.length * 8)));
    for (const bit of bits) bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const flipped = bytes.toString("base64url");
    await expectUnreadable([format, keyId, ...(inner ? [wrapped, flipped] : [flipped, body])].join("."), context);
  });
});

test("cut to any length, in either layer, it is refused", async () => {
  await always([anyText(512), anyContext, fc.nat(), fc.boolean()], async (text, context, place, inner) => {
    const [format, keyId, wrapped, body] = partsOf(await box.seal(new Secret(text), context));
    const bytes = Buffer.from(inner ? body : wrapped, "base64url");
    const cut = bytes.subarray(0, place % bytes.length).toString("base64url");
    await expectUnreadable([format, keyId, ...(inner ? [wrapped, cut] : [cut, body])].join("."), context);
  });
});

test("a layer of another sealed text does not take the place of its own, wherever both belong", async () => {
  await always([anyText(512), twoPlaces, fc.boolean()], async (text, [here, there], inner) => {
    const [format, keyId, wrapped, body] = partsOf(await box.seal(new Secret(text), here));
    const [, , otherWrapped, otherBody] = partsOf(await box.seal(new Secret(text), there));
    const mixed = [format, keyId, ...(inner ? [wrapped, otherBody] : [otherWrapped, body])].join(".");
    await expectUnreadable(mixed, here);
    await expectUnreadable(mixed, there);
  });
});

test("where one field of the context ends and the next begins is bound too", async () => {
  // Laid end to end, without their lengths, both say "acme" and "CLAUDE" and a row and a version.
  const sealed = await box.seal(KEY, { ...CONTEXT, id: "row1", version: 11 });
  await expectUnreadableThroughout(sealed, { ...CONTEXT, id: "row11", version: 1 });
});

test("the format names itself and the ring key, and shows nothing of the secret", async () => {
  const sealed = await box.seal(KEY, CONTEXT);
  expect(sealed).toMatch(/^wp1\.k1\.[\w-]{80}\.[\w-]+$/);
  const [, , , body] = partsOf(sealed);
  // Nonce of 12 bytes, as many bytes as the key has, tag of 16.
  expect(Buffer.from(body, "base64url")).toHaveLength(12 + plaintextOf(KEY).length + 16);
  expect(Buffer.from(body, "base64url").toString("latin1")).not.toContain("sk-ant-");
});

test("every bit flipped in the text is refused", async () => {
  const sealed = await box.seal(KEY, CONTEXT);
  let count = 0;
  for (const flipped of flips(Buffer.from(sealed, "latin1"))) {
    await expectUnreadable(flipped.toString("latin1"), CONTEXT);
    count += 1;
  }
  expect(count).toBe(sealed.length * 8);
});

test("every bit flipped in what the text encodes is refused", async () => {
  const [format, keyId, wrapped, body] = partsOf(await box.seal(KEY, CONTEXT));
  for (const flipped of flips(Buffer.from(wrapped, "base64url"))) {
    await expectUnreadableThroughout([format, keyId, flipped.toString("base64url"), body].join("."), CONTEXT);
  }
  for (const flipped of flips(Buffer.from(body, "base64url"))) {
    await expectUnreadable([format, keyId, wrapped, flipped.toString("base64url")].join("."), CONTEXT);
  }
});

test("cut short anywhere, or made longer, it is refused", async () => {
  const sealed = await box.seal(KEY, CONTEXT);
  for (let length = 0; length < sealed.length; length += 1) {
    await expectUnreadable(sealed.slice(0, length), CONTEXT);
    await expectUnreadable(sealed.slice(sealed.length - length), CONTEXT);
  }
  for (const longer of [`${sealed}A`, `${sealed}AAAA`, `${sealed}=`, `${sealed}\n`, ` ${sealed}`, `${sealed}.AAAA`]) {
    await expectUnreadable(longer, CONTEXT);
  }
});

test("short tags are refused, in either layer", async () => {
  const [format, keyId, wrapped, body] = partsOf(await box.seal(KEY, CONTEXT));
  const shortened = (text: string, length: number) =>
    Buffer.from(text, "base64url")
      .subarray(0, length - 16)
      .toString("base64url");
  for (let length = 0; length < 16; length += 1) {
    const shortBody = [format, keyId, wrapped, shortened(body, length)].join(".");
    await expectUnreadable(shortBody, CONTEXT);
    await expectUnreadableThroughout([format, keyId, shortened(wrapped, length), body].join("."), CONTEXT);
  }
});

test("parts of two sealed texts do not open together, even in one place", async () => {
  const [format, keyId, wrapped, body] = partsOf(await box.seal(KEY, CONTEXT));
  const [, , otherWrapped, otherBody] = partsOf(await box.seal(KEY, CONTEXT));
  expect(otherWrapped).not.toBe(wrapped);
  expect(otherBody).not.toBe(body);
  for (const mixed of [
    [format, keyId, wrapped, otherBody],
    [format, keyId, otherWrapped, body],
    [format, keyId, body, wrapped],
    ["wp2", keyId, wrapped, body],
  ]) {
    await expectUnreadable(mixed.join("."), CONTEXT);
  }
});

test("it can be wrapped anew under another ring key without touching the sealed secret", async () => {
  const [old, next] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
  const sealed = await new SecretBox(parseKeyRing(`old:${old}`)).seal(KEY, CONTEXT);
  const rewrapped = await new SecretBox(parseKeyRing(`next:${next},old:${old}`)).rewrap(sealed, CONTEXT);
  expect(partsOf(rewrapped)[1]).toBe("next");
  expect(partsOf(rewrapped)[3]).toBe(partsOf(sealed)[3]);

  expect(new SecretBox(parseKeyRing(`next:${next}`)).hasRingKey("old")).toBe(false);
  const alone = new SecretBox(parseKeyRing(`next:${next}`));
  expect(plaintextOf(await alone.open(rewrapped, CONTEXT))).toBe(plaintextOf(KEY));
  expect(await rejection(alone.open(sealed, CONTEXT))).toBeInstanceOf(SealedKeyUnreadableError);
});

/** A key service that binds no context, and keeps the buffers it was handed and hands out. */
class WatchedWrapper implements KeyWrapper {
  readonly primaryKeyId = "watched";
  readonly keyIds = ["watched"];
  readonly buffers: Buffer[] = [];
  unavailable = false;

  async wrap(dataKey: Buffer): Promise<WrappedKey> {
    this.buffers.push(dataKey);
    return { keyId: "watched", ciphertext: Buffer.from(dataKey) };
  }

  async unwrap(wrapped: WrappedKey): Promise<Buffer> {
    if (this.unavailable) throw new Error("The key service does not answer.");
    const dataKey = Buffer.from(wrapped.ciphertext);
    this.buffers.push(dataKey);
    return dataKey;
  }

  async authenticate(message: Buffer): Promise<Buffer> {
    this.buffers.push(message);
    await new Promise(setImmediate);
    return createHash("sha256").update(message).digest();
  }
}

test("data keys and plaintext bytes are zeroed after use", async () => {
  const wrapper = new WatchedWrapper();
  const watched = new SecretBox(wrapper);
  const sealed = await watched.seal(KEY, CONTEXT);
  await watched.open(sealed, CONTEXT);
  await watched.rewrap(sealed, CONTEXT);
  await watched.checkWrapping(sealed, CONTEXT);
  const fingerprint = await watched.fingerprint(KEY);
  await rejection(watched.open(sealed, { ...CONTEXT, version: 8 }));
  // And not before: a key service that takes its time answers from the whole key.
  const code = createHash("sha256").update(plaintextOf(KEY)).digest("hex");
  expect(fingerprint).toBe(`watched:${code.slice(0, 32)}`);
  expect(wrapper.buffers).toHaveLength(7);
  for (const buffer of wrapper.buffers) expect(buffer.every((byte) => byte === 0)).toBe(true);
});

test("the secret is bound to its place itself, not only through its data key", async () => {
  const watched = new SecretBox(new WatchedWrapper());
  const sealed = await watched.seal(KEY, CONTEXT);
  for (const moved of [{ workspaceId: "other" }, { provider: "OPENAI" as const }, { id: newId() }, { version: 8 }]) {
    expect(await rejection(watched.open(sealed, { ...CONTEXT, ...moved }))).toBeInstanceOf(SealedKeyUnreadableError);
  }
});

test("a key service that is away is not mistaken for an unreadable key", async () => {
  const wrapper = new WatchedWrapper();
  const watched = new SecretBox(wrapper);
  const sealed = await watched.seal(KEY, CONTEXT);
  wrapper.unavailable = true;
  const error = await rejection(watched.open(sealed, CONTEXT));
  expect(error).not.toBeInstanceOf(SealedKeyUnreadableError);
  expect(String(error)).toContain("does not answer");
});

test("fingerprints are equal for equal keys alone, and need the ring key", async () => {
  const fingerprint = await box.fingerprint(KEY);
  expect(fingerprint).toMatch(/^k1:[0-9a-f]{32}$/);
  expect(await box.fingerprint(new Secret(plaintextOf(KEY)))).toBe(fingerprint);
  expect(await box.fingerprint(new Secret(`${plaintextOf(KEY)}x`))).not.toBe(fingerprint);
  expect(await new SecretBox(newRing("k1")).fingerprint(KEY)).not.toBe(fingerprint);
});

test("each key of the ring has a check value of its own, by which another key under its name is told", async () => {
  const [one, other] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
  const values = await new SecretBox(parseKeyRing(`a:${one},b:${other}`)).checkValues();
  expect(values).toEqual([
    { id: "a", checkValue: expect.stringMatching(/^[0-9a-f]{32}$/) },
    { id: "b", checkValue: expect.stringMatching(/^[0-9a-f]{32}$/) },
  ]);
  const [again] = await new SecretBox(parseKeyRing(`a:${one}`)).checkValues();
  expect(again).toEqual(values[0]);
  const [changed] = await new SecretBox(parseKeyRing(`a:${other}`)).checkValues();
  expect(changed?.checkValue).toBe(values[1]?.checkValue);
});
