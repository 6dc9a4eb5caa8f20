// A page or a file that is kept in memory, compressed once.
import { createHash } from "node:crypto";
import type { Request, Response } from "express";

export interface CompressedFile {
  type: string;
  /** Gzipped. */
  compressed: Buffer;
  /** For the few that take nothing compressed. */
  plain(): Buffer | Promise<Buffer>;
  entityTag: string;
}

export function entityTagOf(content: string | Buffer): string {
  return `W/"${createHash("sha256").update(content).digest("base64")}"`;
}

/** Answers with the file, or with 304 where the client has it. The response says already how long it may be kept. */
export async function sendCompressed(request: Request, response: Response, file: CompressedFile): Promise<void> {
  response.set({
    "content-type": file.type,
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    vary: "accept-encoding",
  });
  // What is not to be kept has no tag to be known again by.
  if (response.get("cache-control") !== "no-store") response.set("etag", file.entityTag);
  if (request.fresh) response.status(304).end();
  else if (request.acceptsEncodings("gzip", "identity") === "gzip") {
    response.set("content-encoding", "gzip").end(file.compressed);
  } else response.end(await file.plain());
}
