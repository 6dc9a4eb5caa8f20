import { randomBytes } from "node:crypto";
import { expect } from "@jest/globals";

import { uuidOf } from "../../src/ids";
import type { TokenContent } from "../../src/workspaces/issue-token";
import { collect, connect, FOLLOW, post, streamOf } from "../support/test-client";
import type { TestServer } from "../support/test-server";

/** Somebody with a token of a workspace. */
export type Person = Awaited<ReturnType<typeof meet>>;

/** A workspace that nobody has used before. */
export type TestWorkspace = ReturnType<typeof newWorkspace>;

export const START = `mutation ($input: ChatTurnInput!) {
  startTurn(input: $input) { session { id } userErrors { field message code } }
}`;

export function newWorkspace(server: TestServer, id = `w-${randomBytes(6).toString("hex")}`) {
  const meetHere = (subject: string, role: TokenContent["role"], more: Partial<TokenContent> = {}) =>
    meet(server, { workspaceId: id, subject, role, name: `The ${subject}`, ...more });
  return {
    id,
    owner: () => meetHere("owner", "OWNER"),
    admin: (subject = "admin", more: Partial<TokenContent> = {}) => meetHere(subject, "ADMIN", more),
    member: (subject = "member") => meetHere(subject, "MEMBER", { email: `${subject}@example.com` }),
  };
}

async function meet(server: TestServer, content: Partial<TokenContent>) {
  const token = await server.token(content);
  const answer = (document: string, variables: object = {}) => post(server.url, token, document, variables);
  /** The data of an operation that nothing is wrong with. */
  const ask = async (document: string, variables: object = {}) => {
    const { data, errors } = await answer(document, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  const { viewer } = await ask("{ viewer { user { id } workspace { id } } }");
  const userId = uuidOf("user", viewer.user.id) ?? "";
  /** Starts a turn and follows it to its end. Resolves with its session as the last event has it. */
  const runTurn = async (input: { message: string } & Record<string, unknown>) => {
    const { startTurn } = await ask(START, { input });
    expect(startTurn.userErrors).toEqual([]);
    const client = connect(server.url, token);
    const events = await collect(streamOf(client, FOLLOW, { sessionId: startTurn.session.id }));
    await client.dispose();
    return events.at(-1).session;
  };
  return { token, workspaceId: String(viewer.workspace.id), userId, answer, ask, runTurn };
}
