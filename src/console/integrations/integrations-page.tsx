import { IntegrationsDocument } from "../generated/graphql";
import { Answered } from "../parts/answered";
import { Notice } from "../parts/notice";
import { PageHead } from "../parts/page-head";
import { useBuddyModels } from "../use-buddy-models";
import { useQuery } from "../use-query";
import { MODE_OF } from "../words";
import { KeyTrail } from "./key-trail";
import { ProviderCard } from "./provider-card";

export function IntegrationsPage() {
  const query = useQuery(IntegrationsDocument, {});
  const [chosen] = useBuddyModels(query.data?.workspace.buddies.map(({ slug }) => slug) ?? null);
  return (
    <div className="page">
      <PageHead title="Integrations">
        Your workspace's own accounts. A stored key changes nothing by itself: which buddy runs on it is set under
        Buddies.
      </PageHead>
      <Answered query={query}>
        {({ workspace }) => (
          <>
            {!workspace.viewerCanManageProviders && (
              <Notice tone="plain">You have no permission to change keys: ask an admin of your workspace.</Notice>
            )}
            <section aria-labelledby="providers">
              <h2 id="providers">LLM Providers</h2>
              <div className="cards">
                {workspace.providers.map((integration) => (
                  <ProviderCard
                    key={integration.id}
                    integration={integration}
                    mayChange={workspace.viewerCanManageProviders}
                    buddies={workspace.buddies.flatMap(({ slug, name, modelMode }) => {
                      const mode = MODE_OF[integration.provider];
                      // What this browser chooses instead concerns nobody else: for all others the key still counts.
                      if ((modelMode ?? workspace.routingPolicy.defaultMode) === mode) return [name];
                      return chosen[slug] === mode ? [`${name} (in this browser)`] : [];
                    })}
                    fallback={workspace.routingPolicy.byokFallback}
                    onChange={query.reload}
                  />
                ))}
              </div>
            </section>
            <KeyTrail events={workspace.keyEvents.nodes} />
          </>
        )}
      </Answered>
    </div>
  );
}
