// What admins do to a workspace's keys and routing, as GraphQL operations. Each resolves with the mutation's payload.
import type { Person } from "./test-workspace";

const FRAGMENTS = `
  fragment Integration on ProviderIntegration {
    provider status maskedKey lastError models { id provider } configuredBy { name } configuredAt lastVerifiedAt
  }
  fragment Problem on UserError { code field message }
`;

export const CONFIGURE = `mutation ($input: ConfigureProviderInput!) {
  configureProvider(input: $input) { provider { ...Integration } userErrors { ...Problem } }
} ${FRAGMENTS}`;

export const VERIFY = `mutation ($input: VerifyProviderInput!) {
  verifyProvider(input: $input) { provider { ...Integration } userErrors { ...Problem } }
} ${FRAGMENTS}`;

export const REVOKE = `mutation ($input: RevokeProviderInput!) {
  revokeProvider(input: $input) { provider { ...Integration } affectedBuddies { slug } userErrors { ...Problem } }
} ${FRAGMENTS}`;

export const SET_MODE = `mutation ($input: SetBuddyModelInput!) {
  setBuddyModel(input: $input) { buddy { slug modelMode } userErrors { code field message } }
}`;

export const UPDATE_POLICY = `mutation ($input: UpdateRoutingPolicyInput!) {
  updateRoutingPolicy(input: $input) {
    workspace { routingPolicy { defaultMode byokFallback } } userErrors { code field message }
  }
}`;

const KEY_EVENTS = `query ($first: Int, $after: String) { workspace { keyEvents(first: $first, after: $after) {
  edges { cursor node { id at provider action maskedKey actor { name } } }
  nodes { id }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} } }`;

/** A page of the custody trail. */
export interface KeyEventPage {
  nodes: { id: string }[];
  edges: { cursor: string; node: KeyEvent }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface KeyEvent {
  id: string;
  at: string;
  provider: string;
  action: string;
  maskedKey: string;
  actor: { name: string } | null;
}

export async function configure(person: Person, provider: string, apiKey: string) {
  return (await person.ask(CONFIGURE, { input: { provider, apiKey } })).configureProvider;
}

export async function verify(person: Person, provider: string) {
  return (await person.ask(VERIFY, { input: { provider } })).verifyProvider;
}

export async function revoke(person: Person, provider: string) {
  return (await person.ask(REVOKE, { input: { provider } })).revokeProvider;
}

export async function setMode(person: Person, buddy: string, mode: string | null) {
  return (await person.ask(SET_MODE, { input: { buddy, mode } })).setBuddyModel;
}

export async function updatePolicy(person: Person, input: object) {
  return (await person.ask(UPDATE_POLICY, { input })).updateRoutingPolicy;
}

export async function keyEventPage(person: Person, page: object = {}): Promise<KeyEventPage> {
  return (await person.ask(KEY_EVENTS, page)).workspace.keyEvents;
}

/** The newest entries of the custody trail, up to 25. */
export async function keyEvents(person: Person): Promise<KeyEvent[]> {
  return (await keyEventPage(person)).edges.map(({ node }) => node);
}
