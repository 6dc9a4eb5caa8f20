/** Why something is aborted that nobody waits for any more. Ready-made: an abort without a reason makes one each time, with the stack that leads to it. */
export const OVER = new DOMException("It is over.", "AbortError");
