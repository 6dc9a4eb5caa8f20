import { createHash, createHmac, randomBytes, randomInt } from "node:crypto";
import { expect, test } from "@jest/globals";

import { newId } from "../../src/ids";
import { type KeyWrapper, parseKeyRing, type WrappedKey } from "../../src/provider-keys/key-ring";
import { SealedKeyUnreadableError } from "../../src/provider-keys/sealed-key-unreadable-error";
import { type SealContext, SecretBox } from "../../src/provider-keys/secret-box";
import { Secret } from "../../src/secret";
import { newRing, rejection } from "./key-fixture";

const ROUNDS = 200;
const box = new SecretBox(newRing("k1"));
const plaintextOf = (secret: Secret) => secret.use((plaintext) => plaintext);

/** Printed where a round fails, so that it can be played again. */
const SEED = Number(process.env.SECRET_BOX_SEED ?? randomInt(2 ** 31));

/** Uniform numbers below `limit` from a seed. */
function randomNumbers(seed: number): (limit: number) => number {
  let count = 0;
  return (limit) => {
    count += 1;
    return createHmac("sha256", String(seed)).update(String(count)).digest().readUInt32BE() % limit;
  };
}

type Random = ReturnType<typeof randomNumbers>;

// Any code point but half of a surrogate pair, which is no text; mostly ASCII, as keys are.
function anyText(random: Random): string {
  return Array.from({ length: random(80) }, () => {
    const codePoint = random(4) > 0 ? random(128) : random(0x110000);
    return codePoint >= 0xd800 && codePoint <= 0xdfff ? "?" : String.fromCodePoint(codePoint);
  }).join("");
}

function anyContext(random: Random): SealContext {
  return {
    workspaceId: `w${anyText(random).slice(0, 20)}`,
    provider: random(2) === 0 ? "CLAUDE" : "OPENAI",
    id: newId(),
    version: 1 + random(1000),
  };
}

async function everyRound(name: string, check: (random: Random) => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const seed = SEED + round;
    try {
      await check(randomNumbers(seed));
    } catch (error) {
      throw new Error(`${name} does not hold: SECRET_BOX_SEED=${seed}`, { cause: error });
    }
  }
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
}

const KEY = new Secret("sk-ant-api03-a-key-to-be-sealed-x4Qz");
const CONTEXT: SealContext = { workspaceId: "acme", provider: "CLAUDE", id: newId(), version: 7 };

function partsOf(sealed: string): [format: string, keyId: string, wrapped: string, body: string] {
  const [format = "", keyId = "", wrapped = "", body = ""] = sealed.split(".");
  return [format, keyId, wrapped, body];
}

test("whatever is sealed opens again where it belongs", async () => {
  await everyRound("The round trip", async (random) => {
    const [text, context] = [anyText(random), anyContext(random)];
    const sealed = await box.seal(new Secret(text), context);
    expect(plaintextOf(await box.open(sealed, { ...context }))).toBe(text);
    expect(plaintextOf(await box.open(await box.rewrap(sealed, context), context))).toBe(text);
  });
});

test("it opens in no other workspace, provider, row or version", async () => {
  await everyRound("The binding", async (random) => {
    const [context, other] = [anyContext(random), anyContext(random)];
    const sealed = await box.seal(new Secret(anyText(random)), context);
    const elsewhere: SealContext[] = [
      { ...context, workspaceId: `${context.workspaceId}x` },
      { ...context, workspaceId: context.workspaceId.slice(0, -1) },
      { ...context, workspaceId: `${other.workspaceId}-` },
      { ...context, provider: context.provider === "CLAUDE" ? "OPENAI" : "CLAUDE" },
      { ...context, id: other.id },
      { ...context, version: context.version + 1 },
      { ...context, version: context.version * 10 },
    ];
    for (const moved of elsewhere) {
      await expectUnreadableThroughout(sealed, moved);
    }
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

  const alone = new SecretBox(parseKeyRing(`next:${next}`));
  expect(plaintextOf(await alone.open(rewrapped, CONTEXT))).toBe(plaintextOf(KEY));
  expect(await rejection(alone.open(sealed, CONTEXT))).toBeInstanceOf(SealedKeyUnreadableError);
});

/** A key service that binds no context, and keeps the buffers it was handed and hands out. */
class WatchedWrapper implements KeyWrapper {
  readonly primaryKeyId = "watched";
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
  const fingerprint = await watched.fingerprint(KEY);
  await rejection(watched.open(sealed, { ...CONTEXT, version: 8 }));
  // And not before: a key service that takes its time answers from the whole key.
  const code = createHash("sha256").update(plaintextOf(KEY)).digest("hex");
  expect(fingerprint).toBe(`watched:${code.slice(0, 32)}`);
  expect(wrapper.buffers).toHaveLength(6);
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
