// How many characters one answer may hold. What an operation costs is known before it is executed, how long people's and models'
// texts are only then: they are counted as they are put in, and an answer that would be too long ends before it is written.
import { defaultFieldResolver, type GraphQLSchema, getNamedType, isLeafType, isObjectType } from "graphql";

import { RequestError } from "../errors";
import type { GraphqlContext } from "./context";

/** Texts that are shorter are no matter: the number of values is bounded already. */
const LONG_TEXT = 256;

/** Wraps the resolvers of every field that holds a value. Too much is `BAD_USER_INPUT`. */
export function boundAnswers(schema: GraphQLSchema, answerCharacters: number): void {
  const counted = new WeakMap<object, number>();
  const count = (answer: object, characters: number) => {
    const total = (counted.get(answer) ?? 0) + characters;
    counted.set(answer, total);
    if (total <= answerCharacters) return;
    const most = answerCharacters.toLocaleString("en");
    throw new RequestError(
      "BAD_USER_INPUT",
      `The answer has more than ${most} characters of text: ask for less at once.`,
    );
  };

  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      if (!isLeafType(getNamedType(field.type))) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: GraphqlContext, info) => {
        // Each event of a stream is an answer of its own, with a root of its own.
        const answer = Object(info.rootValue ?? context) as object;
        const check = <Value>(value: Value): Value => {
          const characters = charactersOf(value);
          if (characters > LONG_TEXT) count(answer, characters);
          return value;
        };
        const value: unknown = resolve(source, args, context, info);
        return value instanceof Promise ? value.then(check) : check(value);
      };
    }
  }
}

/** The characters that are counted of an answer's own values. */
export function countLongTexts(values: Readonly<Record<string, unknown>>): number {
  let total = 0;
  for (const value of Object.values(values)) {
    if (typeof value === "string" && value.length > LONG_TEXT) total += value.length;
  }
  return total;
}

/** Of a text, or of the JSON of a tool's arguments or result. */
function charactersOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  return typeof value === "object" && value !== null && !(value instanceof Date) ? JSON.stringify(value).length : 0;
}
