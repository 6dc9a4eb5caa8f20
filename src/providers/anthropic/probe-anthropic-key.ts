import type { Anthropic } from "@anthropic-ai/sdk";
import type { KeyProbe, ListedModel } from "../language-model";
import { probeKey } from "../probe-key";

/** Models a page: the most that the API allows. */
const PAGE_SIZE = 1_000;

/** Pages read at most, so that a list without end cannot hold the probe. */
const PAGES_AT_MOST = 5;

export function probeAnthropicKey(client: Anthropic, timeoutMs?: number): Promise<KeyProbe> {
  return probeKey({
    provider: "CLAUDE",
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    listModels: (signal) => listModels(client, signal),
  });
}

async function listModels(client: Anthropic, signal: AbortSignal): Promise<ListedModel[]> {
  const models: ListedModel[] = [];
  let page = await client.models.list({ limit: PAGE_SIZE }, { signal });
  for (let pages = 1; ; pages += 1) {
    for (const model of page.data) models.push({ id: model.id, displayName: model.display_name });
    if (pages === PAGES_AT_MOST || !page.hasNextPage()) return models;
    page = await page.getNextPage();
  }
}
