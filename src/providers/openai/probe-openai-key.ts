import type { OpenAI } from "openai";
import type { KeyProbe, ListedModel } from "../language-model";
import { probeKey } from "../probe-key";

export function probeOpenAiKey(client: OpenAI, timeoutMs?: number): Promise<KeyProbe> {
  return probeKey({
    provider: "OPENAI",
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    listModels: (signal) => listModels(client, signal),
  });
}

/** The list has one page, and its models have no other name than their id. */
async function listModels(client: OpenAI, signal: AbortSignal): Promise<ListedModel[]> {
  const page = await client.models.list({ signal });
  return page.data.map(({ id }) => ({ id, displayName: id }));
}
