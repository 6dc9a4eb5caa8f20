import { useState } from "react";

import { request } from "../client";
import { BuddiesDocument, type ModelMode, SetBuddyModelDocument } from "../generated/graphql";
import { Answered } from "../parts/answered";
import { Notice } from "../parts/notice";
import { PageHead } from "../parts/page-head";
import { useBuddyModels } from "../use-buddy-models";
import { useQuery } from "../use-query";
import { BuddyCard } from "./buddy-card";
import { FallbackPolicy } from "./fallback-policy";

export function BuddiesPage() {
  const query = useQuery(BuddiesDocument, {});
  const [problem, setProblem] = useState<string | null>(null);
  const [chosen, choose] = useBuddyModels(query.data?.workspace.buddies.map(({ slug }) => slug) ?? null);

  const save = async (slug: string, mode: ModelMode | null) => {
    try {
      const { setBuddyModel } = await request(SetBuddyModelDocument, { input: { buddy: slug, mode } });
      const [error] = setBuddyModel.userErrors;
      setProblem(error?.message ?? null);
      if (error !== undefined) return;
      await query.reload();
      choose(slug, null);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };

  return (
    <div className="page">
      <PageHead title="Buddies">
        Who serves each buddy, and who pays. A choice counts for this browser until it is saved for the workspace.
      </PageHead>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      <Answered query={query}>
        {({ workspace }) => (
          <>
            <FallbackPolicy
              policy={workspace.routingPolicy}
              mayChange={workspace.viewerCanManageBuddies}
              onChange={query.reload}
            />
            <section aria-labelledby="buddies">
              <h2 id="buddies">Your buddies</h2>
              <div className="cards wide">
                {workspace.buddies.map((buddy) => (
                  <BuddyCard
                    key={buddy.slug}
                    buddy={buddy}
                    defaultMode={workspace.routingPolicy.defaultMode}
                    override={chosen[buddy.slug] ?? null}
                    mayChange={workspace.viewerCanManageBuddies}
                    onChoose={(mode) => choose(buddy.slug, mode)}
                    onSave={(mode) => save(buddy.slug, mode)}
                  />
                ))}
              </div>
            </section>
          </>
        )}
      </Answered>
    </div>
  );
}
