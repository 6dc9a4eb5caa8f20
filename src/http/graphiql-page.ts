// One document that loads nothing else. Everything in it that runs is known by its hash, so that nothing else can run.

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { renderGraphiQL } from "@graphql-yoga/render-graphiql";

import { type CompressedFile, entityTagOf } from "./compressed-file";
import { GRAPHIQL_EXAMPLES } from "./graphiql-examples";
import { graphiqlStartScript } from "./graphiql-start-script";

export interface GraphiqlPageOptions {
  graphqlPath: string;
  /** Filled into the headers editor; undefined: a place to paste one. */
  token: string | undefined;
}

/** Of its 9 MB only the 2.4 that they are compressed to are kept. */
export interface GraphiqlPage extends CompressedFile {
  /** What a content security policy calls the page's scripts, e.g. `'sha256-…'`. */
  scriptSources: string[];
}

type EditorOptions = NonNullable<Parameters<typeof renderGraphiQL>[0]>;

const TITLE = "Waypath GraphiQL";

const MARK = [
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32" role="img" aria-label="Waypath">',
  '<rect width="32" height="32" rx="8" fill="#0f766e"/>',
  '<path d="M8 23c11 0 5-14 16-14" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/>',
  '<circle cx="8" cy="23" r="3" fill="#fff"/><circle cx="24" cy="9" r="3" fill="#fff"/></svg>',
].join("");

/**
 * Pressed, a tab jumps to where the editor's opening animation began, and the first click on it is lost: it stays in place.
 * The panes stand side by side; a phone has room for one above the other.
 */
const STYLE = `
.graphiql-tab { transform: none !important; }
@media (max-width: 700px) {
  #graphiql-session { flex-direction: column; }
  #graphiql-session > * { min-height: 0; }
  #graphiql-session > .graphiql-horizontal-drag-bar, .graphiql-logo { display: none; }
}`;

const compress = promisify(gzip);
const unpack = promisify(gunzip);

/** Takes a few tenths of a second and the editor's 9 MB, which is why the editor is loaded here and not at the start. */
export async function buildGraphiqlPage({ graphqlPath, token = "" }: GraphiqlPageOptions): Promise<GraphiqlPage> {
  const editor = await import("@graphql-yoga/render-graphiql/graphiql");
  const tabs = GRAPHIQL_EXAMPLES.map(({ document, variables }) => ({
    query: document,
    variables: variables === undefined ? "" : JSON.stringify(variables, null, 2),
  }));
  const options = {
    title: TITLE,
    logo: MARK,
    endpoint: graphqlPath,
    subscriptionsProtocol: "WS",
    headers: JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2),
    // Kept by the browser, a token would outlive its time, and an old one come back.
    shouldPersistHeaders: false,
    defaultTabs: tabs,
    defaultEditorToolsVisibility: "variables",
  } satisfies EditorOptions;
  const workers = {
    editorWorkerService: editor.editorWorkerService,
    json: editor.jsonWorker,
    graphql: editor.graphqlWorker,
  };
  const scripts = [editor.js, graphiqlStartScript({ options, workers, firstTab: tabs[0] })];
  const html = [
    "<!doctype html>",
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${TITLE}</title><link rel="icon" href="data:image/svg+xml,${encodeURIComponent(MARK)}">`,
    `<style>${editor.css}${STYLE}</style></head>`,
    '<body><noscript>This page needs JavaScript.</noscript><div id="root"></div>',
    ...scripts.map((script) => `<script>${script}</script>`),
    "</body></html>",
  ].join("\n");
  const compressed = await compress(html);
  return {
    type: "text/html; charset=utf-8",
    compressed,
    plain: () => unpack(compressed),
    scriptSources: scripts.map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`),
    entityTag: entityTagOf(html),
  };
}
