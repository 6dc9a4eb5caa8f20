/** Names and values of environment variables, as the configuration hands them over. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The values with `${NAME}` replaced by what the environment has. Throws an error that names what is missing. */
export function fillIn(values: Readonly<Record<string, string>>, environment: Environment): Record<string, string> {
  const missing = new Set<string>();
  const filled = Object.entries(values).map(([key, value]) => {
    const replaced = value.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      const found = environment[name];
      if (found === undefined || found === "") missing.add(name);
      return found ?? "";
    });
    return [key, replaced];
  });
  if (missing.size > 0) throw new Error(`the environment does not have ${[...missing].join(", ")}`);
  return Object.fromEntries(filled);
}
