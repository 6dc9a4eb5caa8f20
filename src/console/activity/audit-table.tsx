import { Fragment } from "react";

import type { ActivityQuery } from "../generated/graphql";
import { AuditRow } from "./audit-row";

const COLUMNS = ["Time", "Buddy", "Mode", "Model", "Key", "Status", "Tokens", "Meter", "Trace"];

export interface AuditTableProps {
  rows: ActivityQuery["workspace"]["agentSessions"]["nodes"];
  /** Whether delegated sessions stand below the ones that delegated them. */
  nested: boolean;
}

export function AuditTable({ rows, nested }: AuditTableProps) {
  return (
    <div className="table-frame">
      <table className="audit">
        <caption className="unseen">Turns, newest first</caption>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Fragment key={row.id}>
              <AuditRow row={row} delegatedBy={nested ? undefined : row.parent?.buddyName} />
              {nested &&
                row.delegations.map((child) => (
                  <AuditRow key={child.id} row={child} delegatedBy={row.buddyName} nested />
                ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
