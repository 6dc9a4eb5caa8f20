import type { LlmProvider } from "../../src/providers/language-model";
import { KEY_MARKS } from "../../src/simulators/simulated-keys";

/** The middle of every canary, which no masked form shows. */
const SECRET_PART = "7f3a9c51e2b84d06";

type Mark = "first" | "second" | (typeof KEY_MARKS)[number];

/** A key that works, or fails as its mark says (see `KEY_MARKS`). */
export function canary(provider: LlmProvider, mark: Mark = "first"): string {
  return `${provider === "CLAUDE" ? "sk-ant" : "sk-proj"}-canary-${mark}-${SECRET_PART}-good`;
}

/** What of a canary could come out: its secret part as it is, in hexadecimal, and in base64 wherever it begins. */
const TRACES = [
  SECRET_PART,
  Buffer.from(SECRET_PART).toString("hex"),
  // The characters at either end also hold bits of what stands beside it.
  ...[0, 1, 2].map((shift) =>
    Buffer.from(" ".repeat(shift) + SECRET_PART)
      .toString("base64")
      .slice(shift === 0 ? 0 : shift + 1, -4),
  ),
];

/** Where a canary came out: a stretch of text around each place. */
export function findCanaries(text: string): string[] {
  return TRACES.flatMap((trace) =>
    [...text.matchAll(new RegExp(trace, "gi"))].map(({ index }) => text.slice(Math.max(0, index - 200), index + 60)),
  );
}
