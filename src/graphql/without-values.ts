// GraphQL quotes the values that it cannot use. A key or a message in the wrong place would be repeated to whoever reads
// the answer, so that each of the library's sentences that quotes one is said without it.
import { GraphQLError } from "graphql";

const QUOTING: readonly [RegExp, string][] = [
  [/^DateTime cannot represent .*$/s, "DateTime takes a moment with its offset, as 2026-05-14T09:30:00Z."],
  [/^((?:Enum )?"?\w+"?) cannot represent .*$/s, "$1 cannot represent this value."],
  [/^Value ".*" does not exist in "(\w+)" enum\./s, 'The value does not exist in the enum "$1".'],
  [/^(Expected value of type "[^"]+"), found .*$/s, "$1."],
  [/^(Argument "\w+") has invalid value .*$/s, "$1 has an invalid value."],
  [/ (Int|Float|String|BlockString) ".*"/s, " $1"],
];

/** The error's sentence, names and types kept. */
export function withoutValues({ message, originalError }: GraphQLError): string {
  const variable = /^Variable "\$\w+" got invalid value /.exec(message)?.[0];
  if (variable !== undefined) {
    const reason = originalError instanceof GraphQLError ? ` ${withoutValues(originalError)}` : "";
    return variable.replace(" got invalid value ", " got an invalid value:") + reason;
  }
  return QUOTING.reduce((sentence, [pattern, replacement]) => sentence.replace(pattern, replacement), message);
}
