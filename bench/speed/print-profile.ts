// Where the product's processor time goes, by whose code runs: from the profile that it has written.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { say } from "../run-bench";

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string };
  children?: number[];
}

interface Profile {
  nodes: ProfileNode[];
  samples: number[];
  /** Between two samples, in microseconds. */
  timeDeltas: number[];
}

const LINES = 16;
/** Not the process at work: it waits, or starts. */
const IDLE = new Set(["(idle)", "(program)"]);
const LOADING = "node:internal/modules/";
const WRITES = new Set(["writev", "writeUtf8String", "writeLatin1String", "writeBuffer"]);

/** Of the profiles in the directory, that of the process. */
export function printProfile(directory: string, pid: number): void {
  const file = readdirSync(directory).find((name) => name.endsWith(".cpuprofile") && name.includes(`.${pid}.`));
  if (file === undefined) throw new Error(`${directory} holds no profile of process ${pid}`);
  const profile: Profile = JSON.parse(readFileSync(join(directory, file), "utf8"));
  const shares = sharesOf(profile);
  const all = [...shares.values()].reduce((sum, each) => sum + each, 0);
  say(
    "\nThe processor's time by whose code runs, loading left out; what a write waits for another process to have run counts as its own",
  );
  for (const [name, time] of [...shares].sort(([, one], [, other]) => other - one).slice(0, LINES)) {
    say(`  ${`${((100 * time) / all).toFixed(1)}%`.padStart(6)}  ${name}`);
  }
}

/** Microseconds by owner. */
function sharesOf({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, ProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const owners = new Map<number, string | null>();
  for (const id of new Set(samples)) owners.set(id, ownerOf(stackOf(byId.get(id), parents)));
  const shares = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const owner = owners.get(id);
    if (owner) shares.set(owner, (shares.get(owner) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return shares;
}

/** The innermost frame first. */
function stackOf(node: ProfileNode | undefined, parents: Map<number, ProfileNode>): ProfileNode["callFrame"][] {
  const frames: ProfileNode["callFrame"][] = [];
  for (let each = node; each !== undefined; each = parents.get(each.id)) frames.push(each.callFrame);
  return frames;
}

/** A package, a room of the product, or a part of Node; null for what is left out. */
function ownerOf(stack: readonly ProfileNode["callFrame"][]): string | null {
  const innermost = stack[0]?.functionName ?? "";
  if (IDLE.has(innermost) || stack.some(({ url }) => url.startsWith(LOADING))) return null;
  if (innermost === "(garbage collector)") return "garbage collector";
  if (WRITES.has(innermost)) return "writes to sockets";
  const url = stack.find((frame) => frame.url !== "")?.url ?? "";
  const [, dependency] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (dependency !== undefined) return dependency;
  const [, room] = /dist\/src\/([^/]+)/.exec(url) ?? [];
  if (room !== undefined) return `src/${room}`;
  return url.startsWith("node:") ? "Node: streams, HTTP, timers, promises" : "V8";
}
