/** What every provider takes as the name of a tool. */
const REFUSED = /[^a-zA-Z0-9_-]/g;
const CHARACTERS = 64;

/**
 * The name under which a provider is told of an earlier call. Models make names up, such as `functions.look`, and a thread
 * that repeats one as it was would be refused from then on.
 */
export function toProviderToolName(name: string): string {
  return name.replace(REFUSED, "_").slice(0, CHARACTERS) || "_";
}
