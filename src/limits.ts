// Everything that is bounded, and what happens at each bound. `LIMIT_…` in the environment overrides it: `messageCharacters` is
// `LIMIT_MESSAGE_CHARACTERS`. Turn starts, changes and checks of keys are counted for all servers that share a Redis; what operations
// cost, sockets, what comes on them, and streams of server-sent events by each server for itself.

import { z } from "zod";

export interface Limits {
  /** Characters of a message; more is `BAD_USER_INPUT`. */
  messageCharacters: number;
  /** Bytes of an HTTP body; more is a 413. */
  bodyBytes: number;
  /** Bytes of a socket frame; more closes the socket with 1009. */
  frameBytes: number;

  /** Characters of a GraphQL document; more is `GRAPHQL_VALIDATION_FAILED`. Long texts belong into variables. */
  documentCharacters: number;
  /** Tokens of a document; more is `GRAPHQL_PARSE_FAILED`. Also how deep the parser may call itself. */
  documentTokens: number;
  /** Aliases in a document; more is `GRAPHQL_VALIDATION_FAILED`. */
  documentAliases: number;
  /** Names that a document gives a field to which it gives no arguments, its own included; more is `GRAPHQL_VALIDATION_FAILED`: its text would be sent as often. */
  aliasesOfAField: number;
  /** Directives in a document; more is `GRAPHQL_VALIDATION_FAILED`. */
  documentDirectives: number;
  /** Levels of fields below an operation, fragments spread; more is `GRAPHQL_VALIDATION_FAILED`. */
  operationDepth: number;
  /** Values that an operation could be answered with, page sizes multiplied, and the prices of its fields and its own; more is `GRAPHQL_VALIDATION_FAILED`. */
  operationCost: number;
  /** Characters of text in one answer, or in one event of a stream; more is `BAD_USER_INPUT`. */
  answerCharacters: number;
  /** Items of any list in an operation's variables; more is `BAD_USER_INPUT`. */
  listItems: number;

  /** Turns that a user may start in a minute; more is `RATE_LIMITED`. Attaching to a turn is free. */
  turnStartsPerMinute: number;
  /** Mutations of a user in a minute, `startTurn` apart; more is `RATE_LIMITED`. */
  mutationsPerMinute: number;
  /** What a user's operations may cost together in a minute, as `operationCost` counts; more is `RATE_LIMITED`. */
  readingPerMinute: number;
  /** Keys that a workspace may have checked in a minute, whatever comes of it; more is `RATE_LIMITED`. */
  keyProbesPerMinute: number;

  /** Sockets of a user; one more is closed with 4429. */
  socketsPerUser: number;
  /** Streams of `POST /api/chat` that a user has open; one more is a 429. */
  streamsPerUser: number;
  /** Subscriptions that run on a socket; one more is `RATE_LIMITED`, the others go on. */
  subscriptionsPerSocket: number;
  /** Messages of a client in a minute on a socket; more closes it with 4429. */
  messagesPerMinute: number;
  /** Seconds that a socket may stay open without a token; then it is closed with 4403. */
  anonymousSeconds: number;
  /** Sockets without a token yet, of all clients; with one more the oldest is closed with 1013. */
  anonymousSockets: number;

  /** Seconds that a model provider may say nothing, before an answer's first byte and between two; then the call counts as broken. */
  providerSilenceSeconds: number;

  /** Seconds that a request's headers may take to come; then the connection is closed. */
  headerSeconds: number;
  /** Seconds that a whole request may take to come, its body included; then the connection is closed. */
  requestSeconds: number;
}

/** As they are unless the environment says otherwise. */
export const DEFAULT_LIMITS: Limits = {
  messageCharacters: 32_000,
  bodyBytes: 256 * 1024,
  frameBytes: 256 * 1024,

  documentCharacters: 65_536,
  documentTokens: 1_000,
  documentAliases: 30,
  aliasesOfAField: 4,
  documentDirectives: 30,
  operationDepth: 12,
  operationCost: 20_000,
  answerCharacters: 4_000_000,
  listItems: 1_000,

  turnStartsPerMinute: 120,
  mutationsPerMinute: 60,
  readingPerMinute: 400_000,
  keyProbesPerMinute: 20,

  socketsPerUser: 10,
  streamsPerUser: 100,
  subscriptionsPerSocket: 20,
  messagesPerMinute: 100,
  anonymousSeconds: 30,
  anonymousSockets: 1_000,

  providerSilenceSeconds: 30,

  headerSeconds: 10,
  requestSeconds: 30,
};

type LimitVariable = `LIMIT_${string}`;

const NAMES = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];
const count = z.coerce.number().int().positive();

/** The variables, as a part of the environment's shape. */
export const limitVariables: Record<LimitVariable, z.ZodDefault<typeof count>> = Object.fromEntries(
  NAMES.map((name) => [variableOf(name), count.default(DEFAULT_LIMITS[name])]),
);

/** The limits in an environment that has that shape. */
export function limitsIn(environment: Record<LimitVariable, number>): Limits {
  const limits = { ...DEFAULT_LIMITS };
  for (const name of NAMES) limits[name] = environment[variableOf(name)] ?? limits[name];
  return limits;
}

function variableOf(name: keyof Limits): LimitVariable {
  return `LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
