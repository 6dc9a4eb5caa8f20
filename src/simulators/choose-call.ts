import { readScript, type SimulatedAction } from "./script";

/** A message of the conversation as far as a simulator cares. */
export interface SimulatedMessage {
  role: "user" | "assistant";
  /** What was written last in it; null where it holds tool results or tool calls only. */
  text: string | null;
}

export interface UnscriptedAnswer {
  /** Between words, in milliseconds. */
  paceMs: number;
  /** The answer is cut here, as a real one is at its token limit. */
  maxCharacters: number;
}

// Characters of the question that the answer repeats.
const QUOTED = 200;

/** What a simulator answers to a conversation: the call whose turn it is in the newest script, or a friendly sentence. Throws a `ScriptError`. */
export function chooseCall(messages: readonly SimulatedMessage[], unscripted: UnscriptedAnswer): SimulatedAction[] {
  const asked = messages.findLastIndex((message) => message.role === "user" && message.text !== null);
  const text = messages[asked]?.text ?? "";
  const script = readScript(text);
  if (script === null) return simulatedAnswer(text, unscripted);
  const earlierCalls = messages.slice(asked + 1).filter((message) => message.role === "assistant").length;
  return script[earlierCalls] ?? [{ text: "Done." }];
}

function simulatedAnswer(question: string, { paceMs, maxCharacters }: UnscriptedAnswer): SimulatedAction[] {
  const asked = Array.from(question.trim().replace(/\s+/g, " "));
  const quote = asked.length > QUOTED ? `${asked.slice(0, QUOTED).join("")}…` : asked.join("");
  const answer = `Hello! This is a simulated answer: no model has read your message. You wrote: “${quote}”`;
  if (answer.length <= maxCharacters) return [{ text: answer, paceMs }];
  return [{ text: answer.slice(0, maxCharacters), paceMs }, { finish: "max-tokens" }];
}
