// Vercel's AI SDK, streaming to its own client format.
import { createServer } from "node:http";

import { createAnthropic } from "@ai-sdk/anthropic";
import { streamText } from "ai";

const anthropic = createAnthropic({ apiKey: "sk-ant-speed", baseURL: `${process.env.PROVIDER_URL}/v1` });

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { message } = JSON.parse(String(Buffer.concat(chunks)));
  streamText({ model: anthropic("claude-opus-5-0"), prompt: message }).pipeUIMessageStreamToResponse(response);
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`listening at http://127.0.0.1:${server.address().port}\n`);
});
