import { GraphQLError, type GraphQLFormattedError } from "graphql";

import { isDatabaseAway } from "../database/is-database-away";
import { RequestError } from "../errors";
import { newId } from "../ids";
import { type Logger, redactSecrets } from "../logger";
import { withoutValues } from "./without-values";

/**
 * What a client sees of an error, on either transport. Our own refusals are shown with their code, GraphQL's complaints
 * about the document are shown as they are, and everything else is masked: the log has it, under the id that is shown.
 */
export function createFormatError(logger: Logger): (error: unknown) => GraphQLFormattedError {
  return (error) => {
    const graphqlError = error instanceof GraphQLError ? error : undefined;
    const place = {
      ...(graphqlError?.locations ? { locations: graphqlError.locations } : {}),
      ...(graphqlError?.path ? { path: graphqlError.path } : {}),
    };
    const original = originalOf(error);
    if (original instanceof RequestError) {
      const { code, retryAfterSeconds } = original;
      const extensions = { code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
      return { message: original.message, ...place, extensions };
    }
    if (graphqlError !== undefined && (original === undefined || original instanceof GraphQLError)) {
      const code = graphqlError.extensions.code ?? "BAD_USER_INPUT";
      return { message: redactSecrets(withoutValues(graphqlError)), ...place, extensions: { code } };
    }
    if (isDatabaseAway(original ?? error)) {
      logger.warn({ err: original ?? error }, "an operation found the database away");
      const message = "This server cannot reach its database right now: try again in a moment.";
      return { message, ...place, extensions: { code: "SERVICE_UNAVAILABLE" } };
    }
    const requestId = `req_${newId().replaceAll("-", "")}`;
    logger.error({ err: original ?? error, request: requestId }, "an operation failed by a fault of this server");
    const message = "Something went wrong on our side. Quote the request id when you report it.";
    return { message, ...place, extensions: { code: "INTERNAL_SERVER_ERROR", requestId } };
  };
}

function originalOf(error: unknown): unknown {
  let original: unknown = error;
  while (original instanceof GraphQLError && original.originalError !== undefined) original = original.originalError;
  return original === error && error instanceof GraphQLError ? undefined : original;
}
