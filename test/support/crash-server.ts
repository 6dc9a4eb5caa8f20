import { simulate } from "../../src/simulators/script";
import { makeServerHome } from "./server-process";
import { CHAT_TURN, collect, connect, FOLLOW, post, streamOf } from "./test-client";

/** Kills a server in the middle of a turn, starts it again, and follows the turn to its end. */
export async function crashServer({ postgresToo }: { postgresToo: boolean }) {
  const home = makeServerHome();
  try {
    const server = home.start();
    const { url, token } = await server.ready();
    const client = connect(url, token);
    const turn = streamOf(client, CHAT_TURN, {
      input: { message: simulate([[{ text: "Hello" }, { fault: "stall" }]]) },
    });
    const { value: started } = await turn.next();
    const query = "query($id: ID!) { agentSession(id: $id) { status text usage { totalTokens } } }";
    // What a crash must not lose is what was written down before it, about once a second.
    for (let text = ""; text === ""; )
      text = (await post(url, token, query, { id: started.sessionId })).data.agentSession.text;

    const postgres = home.postgres();
    server.kill("SIGKILL");
    if (postgresToo && postgres !== undefined) process.kill(postgres, "SIGKILL");
    await server.ended;
    await collect(turn).catch(() => undefined);
    await client.dispose();

    const killedAt = performance.now();
    const next = home.start();
    const again = await next.ready();
    const reader = connect(again.url, token);
    const events = await collect(streamOf(reader, FOLLOW, { sessionId: started.sessionId }));
    const milliseconds = performance.now() - killedAt;
    await reader.dispose();
    const { data } = await post(again.url, token, query, { id: started.sessionId });
    return { attached: next.stdout.includes("attached"), events, session: data.agentSession, milliseconds };
  } finally {
    await home.close();
  }
}
