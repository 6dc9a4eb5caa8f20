import { getEventListeners } from "node:events";
import { expect, test } from "@jest/globals";
import { abortable } from "../../src/providers/abortable";

test("settles as the work does, closes what failing work has left open, and leaves nothing listening", async () => {
  const { signal } = new AbortController();
  const inner: AbortSignal[] = [];
  await expect(abortable(signal, async (own) => inner.push(own))).resolves.toBe(1);
  const failure = new Error("work failed");
  await expect(
    abortable(signal, async (own) => {
      inner.push(own);
      throw failure;
    }),
  ).rejects.toBe(failure);
  expect(inner.map(({ aborted }) => aborted)).toEqual([false, true]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("does not begin when it is aborted already", async () => {
  let begun = false;
  const work = async () => {
    begun = true;
  };
  await expect(abortable(AbortSignal.abort("too late"), work)).rejects.toBe("too late");
  expect(begun).toBe(false);
});

test.each(["resolves", "rejects"])(
  "rejects with the caller's own reason when aborted, though the work %s",
  async (how) => {
    const controller = new AbortController();
    const reason = { any: "value" };
    const result = abortable(
      controller.signal,
      (inner) =>
        new Promise((resolve, reject) => {
          inner.addEventListener("abort", () => (how === "resolves" ? resolve("done") : reject(new Error("cut"))));
        }),
    );
    controller.abort(reason);
    await expect(result).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  },
);
