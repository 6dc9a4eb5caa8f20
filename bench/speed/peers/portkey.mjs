// Portkey's gateway, which is asked in OpenAI's form and told by headers where Anthropic is.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const placeholder = createServer().listen(0, "127.0.0.1");
await once(placeholder, "listening");
const { port } = placeholder.address();
placeholder.close();

process.argv.push(`--port=${port}`, "--headless");
await import("./node_modules/@portkey-ai/gateway/build/start-server.js");
while (!(await answers())) await wait(100);
process.stdout.write(`\nlistening at http://127.0.0.1:${port}/v1/chat/completions\n`);

function answers() {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
