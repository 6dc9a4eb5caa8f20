// Does what the documents say, as somebody does who has just found them: in a clean clone, with no environment and no service.
// README first, its two commands and its first turn; then every block and every command of every document.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DataSource } from "typeorm";

import { findEmbeddedPostgres } from "../../src/database/embedded-postgres";
import { DOCUMENTS, PROJECT } from "../support/documents";
import { type CleanClone, makeCleanClone, type Outcome } from "./clean-clone";
import { blocksOf, inlineCommands, type Snippet } from "./document-commands";
import { playOf, WORKSPACE } from "./play";

const READY = "A development token";
const token = (workspace: string) => `npx waypath token --workspace ${workspace} --role owner`;
/** What the README's mutation is given: the simulator accepts any key of this shape. */
const VARIABLES = { apiKey: "sk-ant-newcomer-key-0001" };

const counts = { passed: 0, failed: 0 };

/** One thing that is done; what it throws is what is wrong. */
async function step(name: string, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  try {
    await work();
    counts.passed += 1;
    say(`ok      ${name}  (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    counts.failed += 1;
    say(`FAILED  ${name}\n${indented(error instanceof Error ? error.message : String(error))}`);
  }
}

async function main(): Promise<number> {
  const clone = makeCleanClone();
  try {
    const readme = DOCUMENTS.filter(({ path }) => path === "README.md").flatMap(blocksOf);
    const [install, firstTurn, answer] = readme;
    if (install === undefined || firstTurn === undefined || answer === undefined)
      throw new Error("README has no start");

    let server: Awaited<ReturnType<CleanClone["start"]>> | undefined;
    await step(told(install), async () => {
      server = await clone.start(install.text, READY);
    });
    if (server === undefined) return report();
    await step(told(firstTurn), async () => expectText(succeeded(await clone.run(firstTurn.text)), answer.text));

    const others = DOCUMENTS.flatMap(blocksOf).filter(({ text }) => text !== install.text && text !== firstTurn.text);
    for (const block of others) await playBlock(clone, block);
    for (const recipe of readdirSync(join(PROJECT, "docs/recipes")).filter((name) => /\.(mjs|sh)$/.test(name))) {
      const program = recipe.endsWith(".sh") ? "sh" : "node --experimental-websocket";
      await step(`${program} docs/recipes/${recipe}`, async () => {
        succeeded(
          await clone.run(
            `export WAYPATH_TOKEN="$(${token("demo")})"; ${program} docs/recipes/${recipe} "Plan a launch"`,
          ),
        );
        return undefined;
      });
    }
    for (const command of inlineCommands()) await playCommand(clone, command);
    await step("Ctrl-C", async () => {
      await server?.stop();
    });
    await step("cp .env.example .env && npm start, and the first turn again", async () => {
      const again = await clone.start("cp .env.example .env && npm start", READY);
      const outcome = await clone.run(firstTurn.text);
      await again.stop();
      expectText(succeeded(outcome), answer.text);
    });
    return report();
  } finally {
    clone.remove();
  }
}

async function playBlock(clone: CleanClone, block: Snippet): Promise<void> {
  switch (block.language) {
    case "sh":
      await playCommand(clone, block);
      return;
    case "graphql":
      await step(told(block), () => ask(clone, block.text));
      return;
    case "sql":
      await step(told(block), () => query(clone, block.text));
      return;
    default: // What is printed, not what is typed.
  }
}

async function playCommand(clone: CleanClone, command: Snippet): Promise<void> {
  const play = playOf(command.text);
  if (play.how === "elsewhere") return say(`–       ${told(command)}: ${play.why}`);
  await step(told(command), async () => {
    // A workspace is made when somebody of it comes for the first time.
    if (play.lines.includes(WORKSPACE)) {
      await clone.run(`npx waypath workspace enable ${WORKSPACE}`);
      await ask(clone, "{ viewer { role } }", WORKSPACE);
    }
    succeeded(await clone.run(play.lines));
  });
}

/** A document of GraphQL, sent with a token of the command line; an error in the answer is one here. */
async function ask(clone: CleanClone, query: string, workspace = "demo"): Promise<void> {
  const bearer = succeeded(await clone.run(token(workspace))).trim();
  const response = await fetch("http://127.0.0.1:4000/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ query, variables: VARIABLES }),
  });
  const answer = (await response.json()) as { data?: Record<string, { userErrors?: unknown[] }>; errors?: unknown[] };
  const refused = Object.values(answer.data ?? {}).flatMap((payload) => payload.userErrors ?? []);
  if (answer.errors !== undefined || refused.length > 0) throw new Error(JSON.stringify(answer));
}

async function query(clone: CleanClone, statement: string): Promise<void> {
  const url = findEmbeddedPostgres(join(clone.directory, ".waypath"));
  const dataSource = await new DataSource({ type: "postgres", ...(url === undefined ? {} : { url }) }).initialize();
  await dataSource.query(statement).finally(() => dataSource.destroy());
}

function succeeded({ code, output }: Outcome): string {
  if (code !== 0) throw new Error(`exit code ${code}\n${output.slice(-3000)}`);
  return output;
}

/** The document's text, but for the number of tokens, which grows with what the thread's tools are. */
function expectText(output: string, text: string): void {
  const plain = (words: string) => words.trim().replaceAll(/\d+ tokens/g, "n tokens");
  if (!plain(output).endsWith(plain(text))) throw new Error(`printed:\n${output}\nthe document says:\n${text}`);
}

function told({ document, text }: Snippet): string {
  const [first = "", ...more] = text.split("\n");
  return `${document}: ${first}${more.length > 0 ? ` … (${more.length + 1} lines)` : ""}`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "        ");
}

function report(): number {
  say(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 ? 0 : 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  },
);
