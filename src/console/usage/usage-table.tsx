import { useId } from "react";

import type { UsageSumsFragment } from "../generated/graphql";
import { figure } from "../words";

export interface UsageTableProps {
  title: string;
  rows: readonly { name: string; note?: string; totals: UsageSumsFragment }[];
}

export function UsageTable({ title, rows }: UsageTableProps) {
  const titleId = useId();
  return (
    <section className="card" aria-labelledby={titleId}>
      <h2 id={titleId}>{title}</h2>
      {rows.length === 0 ? (
        <p className="quiet">Nothing in this period.</p>
      ) : (
        <table aria-labelledby={titleId}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" className="figure">
                Sessions
              </th>
              <th scope="col" className="figure">
                Tokens
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, note, totals }) => (
              <tr key={`${name} ${note}`}>
                <th scope="row">
                  {name}
                  {note !== undefined && <small>{note}</small>}
                </th>
                <td className="figure">{figure(totals.sessions)}</td>
                <td className="figure">{figure(totals.usage.totalTokens)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
