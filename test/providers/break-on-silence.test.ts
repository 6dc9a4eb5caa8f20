import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "@jest/globals";

import { breakOnSilence } from "../../src/providers/break-on-silence";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What a server answers, of which the client has the headers; and the server's side of it. */
async function answer(): Promise<[Response, ServerResponse]> {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const asked = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [, response] = await once(server, "request");
  response.writeHead(202, { "x-name": "value" }).flushHeaders();
  return [await asked, response];
}

test("an answer that takes longer than any silence may last is whole, as long as bytes keep coming", async () => {
  const [response, sender] = await answer();
  const whole = breakOnSilence(response, 1_500).text();
  for (let count = 0; count < 9; count += 1) {
    sender.write(`${count}`);
    await wait(200);
  }
  sender.end("!");
  expect(await whole).toBe("012345678!");
});

test("what is known of the answer besides its body stays", async () => {
  const [response, sender] = await answer();
  const watched = breakOnSilence(response, 60_000);
  sender.end();
  expect([watched.status, watched.statusText, watched.headers.get("x-name")]).toEqual([202, "Accepted", "value"]);
  expect(await watched.text()).toBe("");
});

test("after so long without a byte the body fails, and the connection is closed", async () => {
  const [response, sender] = await answer();
  const closed = once(sender, "close");
  sender.write("half an ans");
  await expect(breakOnSilence(response, 200).text()).rejects.toMatchObject({ code: "SILENT" });
  await closed;
});

test("a reader that goes away closes the connection", async () => {
  const [response, sender] = await answer();
  const closed = once(sender, "close");
  await breakOnSilence(response, 60_000).body?.cancel();
  await closed;
});

test("a connection that breaks fails the body as it would without the watch", async () => {
  const [response, sender] = await answer();
  const whole = breakOnSilence(response, 60_000).text();
  sender.write("half", () => sender.socket?.resetAndDestroy());
  await expect(whole).rejects.toThrow("terminated");
});
