import { z } from "zod";

/**
 * An MCP server, as the buddies file names it. In the values of `env` and `headers`, `${NAME}` stands for what the
 * environment has under that name: secrets stay out of the file.
 */
export type McpServerEntry =
  /** A program that is started and spoken to over its input and output. `env` is its whole environment, but for `PATH`. */
  | { command: string; args: readonly string[]; env: Readonly<Record<string, string>> }
  /** A server that is reached by streamable HTTP. `headers` go with every request. */
  | { url: string; headers: Readonly<Record<string, string>> };

/** The servers by name, as the file has them. */
export const mcpServerEntries = record(
  /^[a-z0-9_-]{1,32}$/,
  "a name must be up to 32 lower-case letters, digits, _ or -",
  z
    .strictObject({
      command: z.string().min(1).optional(),
      args: z.array(text()).optional(),
      env: record(/^[A-Za-z_][A-Za-z0-9_]*$/, "is no name of a variable", text()).optional(),
      url: z.url({ protocol: /^https?$/ }).optional(),
      headers: record(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "is no name of a header", text()).optional(),
    })
    .transform(({ command, args, env, url, headers }, context): McpServerEntry => {
      if (command !== undefined && url === undefined && headers === undefined) {
        return { command, args: args ?? [], env: env ?? {} };
      }
      if (url !== undefined && command === undefined && args === undefined && env === undefined) {
        return { url, headers: headers ?? {} };
      }
      context.addIssue("needs either `command`, with `args` and `env`, or `url`, with `headers`");
      return z.NEVER;
    }),
);

/** YAML reads `8080` and `true` as what they look like; programs and servers read text. */
function text() {
  return z.union([z.string(), z.number(), z.boolean()]).transform(String);
}

/** Like zod's own, but what is wrong with a name is said. */
function record<Value extends z.ZodType>(name: RegExp, problem: string, value: Value) {
  return z.record(z.string(), value).superRefine((values, context) => {
    for (const key of Object.keys(values)) {
      if (!name.test(key)) context.addIssue({ code: "custom", path: [key], message: problem });
    }
  });
}
