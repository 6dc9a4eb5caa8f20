import { RequestError } from "../errors";
import type { Buddies } from "./buddies";

/** Names those that there are: not every door has a list of them to point at. */
export function noSuchBuddy({ all }: Buddies): RequestError {
  const slugs = all.map(({ slug }) => `\`${slug}\``).join(", ");
  return new RequestError("NOT_FOUND", `There is no such buddy. There are: ${slugs}.`, ["input", "buddy"]);
}
