import type { IntegrationsQuery, ProviderKeyAction } from "../generated/graphql";
import { moment, PROVIDERS } from "../words";

const ACTIONS: Record<ProviderKeyAction, string> = {
  CONFIGURED: "stored",
  REPLACED: "replaced an earlier one",
  VERIFIED: "checked and accepted",
  REJECTED: "rejected",
  REVOKED: "deleted",
};

/** What happened to keys lately: the custody trail. */
export function KeyTrail({ events }: { events: IntegrationsQuery["workspace"]["keyEvents"]["nodes"] }) {
  if (events.length === 0) return null;
  return (
    <section aria-labelledby="trail">
      <h2 id="trail">What happened to keys</h2>
      <ol className="trail">
        {events.map(({ id, at, provider, action, maskedKey, actor }) => (
          <li key={id}>
            <time dateTime={at}>{moment(at)}</time>
            <span>
              {PROVIDERS[provider]} <code>{maskedKey}</code> {ACTIONS[action]}
              {actor === null ? " by the provider, in a turn" : ` by ${actor.name}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
