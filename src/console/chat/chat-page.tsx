import { useEffect, useState } from "react";

import { BuddiesDocument, ThreadsDocument } from "../generated/graphql";
import { useQuery } from "../use-query";
import { go } from "../use-route";
import { ConversationView } from "./conversation-view";
import { currentThread } from "./current-thread";
import { ThreadList } from "./thread-list";

interface Shown {
  /** Changes with the conversation, and not when a new one gets its id. */
  key: number;
  threadId: string | null;
  /** What the address said when this was decided. */
  address: string | null;
}

/** `threadId` is undefined while another page is shown. */
export function ChatPage({ threadId }: { threadId: string | null | undefined }) {
  const hidden = threadId === undefined;
  const [shown, setShown] = useState<Shown>({ key: 0, threadId: threadId ?? null, address: threadId ?? null });
  if (threadId !== undefined && threadId !== shown.address) {
    const isSame = threadId === shown.threadId;
    setShown(isSame ? { ...shown, address: threadId } : { key: shown.key + 1, threadId, address: threadId });
  }
  useEffect(() => currentThread.set(shown.threadId), [shown.threadId]);
  useEffect(() => {
    if (!hidden) document.title = "Chat · Waypath";
  }, [hidden]);

  const buddies = useQuery(BuddiesDocument, {});
  const threads = useQuery(ThreadsDocument, {});
  // Keys and modes may have been changed on the other pages.
  const { reload } = buddies;
  useEffect(() => {
    if (!hidden) void reload();
  }, [hidden, reload]);

  return (
    <div className="chat" hidden={hidden}>
      <h1 className="unseen">Chat</h1>
      <ThreadList query={threads} current={shown.threadId} />
      <ConversationView
        key={shown.key}
        threadId={shown.threadId}
        buddies={buddies.data?.workspace.buddies}
        onThread={(id) => {
          setShown((before) => ({ ...before, threadId: id }));
          if (!hidden) go({ page: "chat", threadId: id }, "replace");
          void threads.reload();
        }}
        onEnd={() => void reload()}
      />
    </div>
  );
}
