// What "the same agent contract" means: every adapter, run against its provider's simulator, passes every sentence of this list.

import { FINISH_AUDITS, TEXT_AUDITS, TOOL_AUDITS, USAGE_AUDITS } from "./language-model-answers";
import { ABORT_AUDITS, BREAK_AUDITS, CONNECTION_AUDITS, refusalAudits, SECRET_AUDITS } from "./language-model-failures";
import type { Audit, LanguageModelHarness } from "./language-model-harness";
import { REASONING_AUDITS } from "./language-model-reasoning";
import { HISTORY_AUDITS, REQUEST_AUDITS } from "./language-model-requests";

export type { Audit, LanguageModelHarness } from "./language-model-harness";

/** The sentences, in the order in which a call goes; those of the refusals are as many as the provider documents. */
export function languageModelAudits({ refusals }: Pick<LanguageModelHarness, "refusals">): Audit[] {
  return [
    ...REQUEST_AUDITS,
    ...HISTORY_AUDITS,
    ...REASONING_AUDITS,
    ...TEXT_AUDITS,
    ...TOOL_AUDITS,
    ...FINISH_AUDITS,
    ...USAGE_AUDITS,
    ...BREAK_AUDITS,
    ...ABORT_AUDITS,
    ...CONNECTION_AUDITS,
    ...refusalAudits(refusals),
    ...SECRET_AUDITS,
  ];
}
