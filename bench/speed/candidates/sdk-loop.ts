// The yardstick: the thinnest loop around the official SDK, one line of server-sent events for each piece of text.
import { Anthropic } from "@anthropic-ai/sdk";

import { listen, providerUrl, readMessage } from "./listen";

const client = new Anthropic({ apiKey: "sk-ant-speed", baseURL: providerUrl() });

listen(async (request, response) => {
  const stream = await client.messages.create({
    model: "claude-opus-5-0",
    max_tokens: 4_096,
    stream: true,
    messages: [{ role: "user", content: await readMessage(request) }],
  });
  response.writeHead(200, { "content-type": "text/event-stream" });
  for await (const event of stream) {
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      response.write(`data: ${JSON.stringify({ delta: event.delta.text })}\n\n`);
    }
  }
  response.end();
});
