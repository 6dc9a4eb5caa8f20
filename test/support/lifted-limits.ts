/** Limits by user and minute, so high that what is not about them can do in a second what people do in minutes. */
export const LIFTED_LIMITS = {
  LIMIT_TURN_STARTS_PER_MINUTE: "1000000",
  LIMIT_MUTATIONS_PER_MINUTE: "1000000",
  LIMIT_KEY_PROBES_PER_MINUTE: "1000000",
  LIMIT_READING_PER_MINUTE: "1000000000",
};
