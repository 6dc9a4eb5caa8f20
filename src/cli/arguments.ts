// What more than one command reads from its line. Commander puts the option or argument in front of each sentence.
import { InvalidArgumentError } from "commander";

/** A workspace's id, as tokens have it. */
export function workspaceId(text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("It has up to 64 letters, digits, _ or -.");
}
