// The floor: the provider's bytes, passed on unread.
import { Agent, request as ask } from "node:http";

import { listen, providerUrl, readMessage } from "./listen";

const agent = new Agent({ keepAlive: true });

listen(async (request, response) => {
  const body = JSON.stringify({
    model: "claude-opus-5-0",
    max_tokens: 4_096,
    stream: true,
    messages: [{ role: "user", content: await readMessage(request) }],
  });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const asked = ask(`${providerUrl()}/v1/messages`, { method: "POST", agent, headers }, (answer) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    answer.pipe(response);
  });
  asked.end(body);
});
