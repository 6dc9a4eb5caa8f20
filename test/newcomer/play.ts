// How each command of the documents is run where a newcomer has nothing: literally, but for what a reader puts in by hand.

export type Play =
  | { how: "run"; lines: string }
  /** Not run here, for a reason that is told. */
  | { how: "elsewhere"; why: string };

/** The workspace whose id a reader puts in the place of `<id>`: made anew for each command. */
export const WORKSPACE = "newcomers";

/** What a reader puts in the place of what stands between angle brackets. */
const HAND: readonly [RegExp, string][] = [
  [/(npx waypath keys rotate --revoke-lost) <id>/, "$1 lost-ring-key"],
  [/<id>/g, WORKSPACE],
  [/<cus_…>/g, "cus_newcomer"],
  [/<file>/g, "schema.graphql"],
];

const ELSEWHERE: readonly [RegExp, string][] = [
  [/^npm (install && npm )?start$/, "the server that all of this is run against"],
  [/^(DATABASE_URL=\S+ )?npm (install && npm )?test$/, "the suite is a step of its own, on both databases"],
  [/^npm run test:browser$/, "a step of its own, where there is a Chromium"],
  [/^npm run (fire|soak|bench|newcomer|mutation|coverage)\b/, "takes minutes, and is run by itself"],
  [/^npm run cluster$/, "needs a Redis; test/servers runs the same"],
  [/docker compose/, "needs a Docker engine; test/compose.test.ts reads its file"],
  [/^pg_(dump|restore) /, "needs Postgres's programs of the server's version"],
  [/^npm install .*(urql|apollo|graphql-ws)/, "in another project; test/recipes.test.ts runs what it is for"],
  [/^npm install( --ignore-scripts)?$/, "the first command installs"],
  [/^npm audit /, "asks the registry"],
  [/^npx waypath billing/, "needs an account at Stripe; test/metering runs it against a stand-in"],
];

export function playOf(command: string): Play {
  const [, why] = ELSEWHERE.find(([pattern]) => pattern.test(command)) ?? [];
  if (why !== undefined) return { how: "elsewhere", why };
  return { how: "run", lines: HAND.reduce((lines, [pattern, value]) => lines.replace(pattern, value), command) };
}
