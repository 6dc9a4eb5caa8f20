// The web pages, as they were built. The development token is for readers on this machine alone: no other page, no cache and no
// stranger may come by it.
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type RequestHandler, Router } from "express";

import { type CompressedFile, entityTagOf, sendCompressed } from "./compressed-file";
import { isOnThisMachine } from "./is-on-this-machine";

export interface ConsoleOptions {
  /** Where the build is, with its `index.html`. Throws where there is none. */
  directory: string;
  /** Filled into the sign-in page for readers on this machine. */
  developmentToken?: string | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** Where the page looks for a token to fill in. */
const NO_TOKEN = '<meta name="waypath-token" content="">';

/** Nothing but the build's own files, and requests and sockets to this server. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** `GET /` and the files that the page asks for. */
export function consoleRoutes({ directory, developmentToken }: ConsoleOptions): Router {
  const html = readFileSync(join(directory, "index.html"), "utf8");
  if (!html.includes(NO_TOKEN)) throw new Error("the console's page has no place for a token");
  const page = builtFile(".html", Buffer.from(html));
  const filledIn =
    developmentToken === undefined
      ? page
      : builtFile(".html", Buffer.from(html.replace(NO_TOKEN, NO_TOKEN.replace('""', `"${developmentToken}"`))));
  const assets = new Map(
    readdirSync(join(directory, "assets")).map((name) => [
      name,
      builtFile(extname(name), readFileSync(join(directory, "assets", name))),
    ]),
  );

  const servePage: RequestHandler = (request, response) => {
    const fill = developmentToken !== undefined && isOnThisMachine(request);
    response.set({
      "content-security-policy": POLICY,
      "referrer-policy": "no-referrer",
      "cache-control": fill ? "no-store" : "private, no-cache",
    });
    return sendCompressed(request, response, fill ? filledIn : page);
  };
  return Router()
    .get("/", servePage)
    .get("/assets/:name", (request, response, next) => {
      const asset = assets.get(request.params.name);
      if (asset === undefined) return next();
      // Its name is made from its content.
      response.set("cache-control", "public, max-age=31536000, immutable");
      return sendCompressed(request, response, asset);
    });
}

function builtFile(extension: string, plain: Buffer): CompressedFile {
  return {
    type: TYPES[extension] ?? "application/octet-stream",
    compressed: gzipSync(plain, { level: 9 }),
    plain: () => plain,
    entityTag: entityTagOf(plain),
  };
}
