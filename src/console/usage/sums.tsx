import type { UsageSumsFragment } from "../generated/graphql";
import { figure } from "../words";

export interface SumsProps {
  title: string;
  note: string;
  of: UsageSumsFragment;
  /** The chart's colour for it. */
  series?: "metered" | "byok";
}

export function Sums({ title, note, of: { sessions, usage }, series }: SumsProps) {
  return (
    <section className="card sum" aria-label={title} data-series={series}>
      <h2>{title}</h2>
      <p className="big">{figure(usage.totalTokens)}</p>
      <p className="quiet">
        tokens in {figure(sessions)} {sessions === 1 ? "session" : "sessions"}
      </p>
      <p className="quiet">{note}</p>
    </section>
  );
}
