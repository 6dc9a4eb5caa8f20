import type { AuditRowFragment } from "../generated/graphql";
import { Chip } from "../parts/chip";
import { addressOf } from "../use-route";
import { duration, fallbackOf, figure, METERING, MODES, moment, STATUSES } from "../words";

export interface AuditRowProps {
  row: AuditRowFragment;
  delegatedBy: string | undefined;
  nested?: boolean;
}

/** `data-label` stands before the cell where the table has no room for columns. */
export function AuditRow({ row, delegatedBy, nested = false }: AuditRowProps) {
  const { route, status, error, durationMs } = row;
  const state = STATUSES[status];
  const fallback = fallbackOf(route);
  return (
    <tr data-nested={nested}>
      <td data-label="Time">
        <time dateTime={row.startedAt}>{moment(row.startedAt)}</time>
        {durationMs !== null && <small>{duration(durationMs)}</small>}
      </td>
      <th scope="row" data-label="Buddy">
        <a href={addressOf({ page: "chat", threadId: row.threadId })}>{row.buddyName}</a>
        <small>{delegatedBy === undefined ? (row.requestedBy?.name ?? "") : `for ${delegatedBy}`}</small>
        {row.prompt !== "" && <small className="asked">{row.prompt}</small>}
      </th>
      <td data-label="Mode">
        {MODES[route.mode]}
        {fallback !== null && <small title={fallback}>instead of {MODES[route.requestedMode]}</small>}
      </td>
      <td data-label="Model">
        <code>{route.modelId}</code>
      </td>
      <td data-label="Key">{route.maskedKey === null ? "Waypath's" : <code>{route.maskedKey}</code>}</td>
      <td data-label="Status">
        <Chip tone={state.tone} {...(error === null ? {} : { title: error.code })}>
          {state.label}
        </Chip>
      </td>
      <td data-label="Tokens" className="figure">
        {figure(row.usage.totalTokens)}
      </td>
      <td data-label="Meter">
        {METERING[row.metering]}
        {row.meteredAt !== null && <small>{moment(row.meteredAt)}</small>}
      </td>
      <td data-label="Trace">
        {row.traceUrl === null ? (
          <span className="quiet">–</span>
        ) : (
          <a href={row.traceUrl} target="_blank" rel="noreferrer">
            Open<span className="unseen"> the trace</span>
          </a>
        )}
      </td>
    </tr>
  );
}
