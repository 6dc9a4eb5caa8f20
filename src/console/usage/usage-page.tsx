import { useMemo, useState } from "react";

import { UsageDocument } from "../generated/graphql";
import { Answered } from "../parts/answered";
import { PageHead } from "../parts/page-head";
import { useQuery } from "../use-query";
import { day, PROVIDERS } from "../words";
import { DailyChart } from "./daily-chart";
import { PERIODS, type PeriodName } from "./periods";
import { Sums } from "./sums";
import { UsageTable } from "./usage-table";

export function UsagePage() {
  const [name, setName] = useState<PeriodName>("month");
  const query = useQuery(
    UsageDocument,
    useMemo(() => PERIODS[name].of(new Date()), [name]),
  );
  return (
    <div className="page">
      <PageHead title="Usage">
        Tokens of turns that have ended, as they are billed. Your own keys are billed by their providers.
      </PageHead>
      <div className="row">
        <label className="field">
          Period
          <select value={name} onChange={(event) => setName(event.target.value as PeriodName)}>
            {Object.entries(PERIODS).map(([each, { label }]) => (
              <option key={each} value={each}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Answered query={query}>
        {({ workspace: { usage } }) => (
          <>
            <div className="sums">
              <Sums title="Metered" note="Billed by Waypath" of={usage.metered} series="metered" />
              <Sums title="Own keys" note="Billed by your providers" of={usage.byok} series="byok" />
              <Sums title="Together" note={`${day(usage.from)} to ${day(usage.to)}`} of={usage.total} />
            </div>
            <DailyChart days={usage.daily} />
            <div className="cards wide">
              <UsageTable
                title="By buddy"
                rows={usage.byBuddy.map(({ buddy, totals }) => ({ name: buddy?.name ?? "A buddy of earlier", totals }))}
              />
              <UsageTable
                title="By model"
                rows={usage.byModel.map(({ modelId, provider, totals }) => ({
                  name: modelId,
                  note: PROVIDERS[provider],
                  totals,
                }))}
              />
            </div>
          </>
        )}
      </Answered>
    </div>
  );
}
