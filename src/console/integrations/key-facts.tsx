import type { IntegrationFragment } from "../generated/graphql";
import { list, moment } from "../words";

/** What is known of the stored key. The key itself never leaves the server. */
export function KeyFacts({ integration, buddies }: { integration: IntegrationFragment; buddies: readonly string[] }) {
  const { status, maskedKey, configuredAt, configuredBy, lastUsedAt, lastError, models } = integration;
  if (maskedKey === null) {
    return (
      <p className="quiet">
        No key is stored.
        {buddies.length > 0 && ` ${list(buddies)} would run on one.`}
      </p>
    );
  }
  return (
    <>
      {lastError !== null && <p className="problem">{lastError}</p>}
      {status === "LIMITED" && lastError === null && (
        <p className="quiet">The key is valid and may not list models, so it is not known which it can use.</p>
      )}
      <dl className="facts">
        <dt>Key</dt>
        <dd>
          <code>{maskedKey}</code>
        </dd>
        <dt>Stored</dt>
        <dd>
          {configuredAt !== null && moment(configuredAt)}
          {configuredBy !== null && ` by ${configuredBy.name}`}
        </dd>
        <dt>Last used</dt>
        <dd>{lastUsedAt === null ? "Not yet" : moment(lastUsedAt)}</dd>
        <dt>Used by</dt>
        <dd>{buddies.length === 0 ? "No buddy" : list(buddies)}</dd>
        {models.length > 0 && (
          <>
            <dt>Models</dt>
            <dd>{models.length}</dd>
          </>
        )}
      </dl>
    </>
  );
}
