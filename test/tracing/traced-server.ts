import { type LangfuseSimulator, startLangfuseSimulator } from "../../src/simulators/langfuse-simulator";
import type { SimulatedObservation, SimulatedTrace } from "../../src/simulators/simulated-traces";
import type { TokenContent } from "../../src/workspaces/issue-token";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

export const LANGFUSE_KEYS = { publicKey: "pk-lf-of-the-tests", secretKey: "sk-lf-of-the-tests" };

type TurnInput = { message: string } & Record<string, unknown>;

/** Keys of a workspace, as their providers take them. */
export const OWN_KEYS = { CLAUDE: "sk-ant-workspace-key-0001-abcd", OPENAI: "sk-workspace-key-0001-wxyz" };

/** A real server that traces to a simulated Langfuse. */
export interface TracedServer {
  server: TestServer;
  langfuse: LangfuseSimulator;
  /** The events of a turn, to its end; of an admin of `acme` where not said otherwise. */
  ask(input: TurnInput, who?: Partial<TokenContent>): ReturnType<typeof collect>;
  /** Asks, and resolves with the turn's trace. */
  trace(input: TurnInput, who?: Partial<TokenContent>): Promise<SimulatedTrace>;
  close(): Promise<void>;
}

export async function startTracedServer(environment: Record<string, string> = {}): Promise<TracedServer> {
  const langfuse = await startLangfuseSimulator(LANGFUSE_KEYS);
  const server = await startTestServer({
    LANGFUSE_PUBLIC_KEY: LANGFUSE_KEYS.publicKey,
    LANGFUSE_SECRET_KEY: LANGFUSE_KEYS.secretKey,
    LANGFUSE_BASE_URL: langfuse.url,
    ...environment,
  });
  const ask: TracedServer["ask"] = async (input, who) => {
    const client = connect(server.url, await server.token(who));
    const events = await collect(streamOf(client, CHAT_TURN, { input }));
    await client.dispose();
    return events;
  };
  return {
    server,
    langfuse,
    ask,
    async trace(input, who) {
      const [started] = await ask(input, who);
      return langfuse.traces.whole(traceIdOf(started.sessionId));
    },
    async close() {
      await server.close();
      await langfuse.close();
    },
  };
}

/** Stores the workspace's own keys. */
export async function configureKeys(server: TestServer, keys: Record<string, string> = OWN_KEYS): Promise<void> {
  const token = await server.token();
  for (const [provider, apiKey] of Object.entries(keys)) {
    const { data } = await post(
      server.url,
      token,
      `mutation($apiKey: String!) { configureProvider(input: { provider: ${provider}, apiKey: $apiKey }) { userErrors { message } } }`,
      { apiKey },
    );
    if (data.configureProvider.userErrors.length > 0) throw new Error(`the ${provider} key was not taken`);
  }
}

/** A turn's trace has the id of its session, without the prefix. */
export function traceIdOf(sessionId: string): string {
  return sessionId.replace(/^ses_/, "");
}

/** All observations of a trace, each before those below it. */
export function observationsOf(trace: SimulatedTrace): SimulatedObservation[] {
  const below = (observation: SimulatedObservation): SimulatedObservation[] => [
    observation,
    ...observation.children.flatMap(below),
  ];
  return trace.observations.flatMap(below);
}

/** Types and names, as they stand below each other. */
export function outlineOf(observations: readonly SimulatedObservation[]): unknown[] {
  return observations.map(({ type, name, children }) =>
    children.length === 0 ? `${type} ${name}` : [`${type} ${name}`, outlineOf(children)],
  );
}
