/** The system's code of a failure, e.g. `ENOENT`; undefined where it has none. */
export function errorCode(error: unknown): unknown {
  // By shape, not by class: an error of another realm is no instance of this one's Error.
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
