import { relative } from "node:path";

import type { Config } from "./config";

/** What a developer reads once the server is up: where things are, what is simulated, and a token to begin with. */
export function greeting(started: {
  config: Config;
  url: string;
  simulated: boolean;
  simulatesStripe: boolean;
  simulatesTraces: boolean;
  developmentToken: string | undefined;
}): string {
  const { config, url, simulated, simulatesStripe, simulatesTraces, developmentToken } = started;
  const lines = [
    "",
    `Waypath is ready.`,
    "",
    `  Console    ${url}/`,
    `  GraphQL    ${url}/graphql   (subscriptions over WebSocket at the same path)`,
    ...(config.graphiql ? [`  GraphiQL   ${url}/graphiql`] : []),
    `  Health     ${url}/healthz   ${url}/readyz`,
    "",
    ...(config.databaseUrl === undefined
      ? [
          `  Database: a Postgres of its own in ${relative(process.cwd(), config.dataDirectory) || "."}. Set DATABASE_URL to use yours.`,
        ]
      : []),
    ...(simulated
      ? [
          "  Answers are SIMULATED: no ANTHROPIC_API_KEY is set, so stand-ins on this machine answer for Claude and OpenAI,",
          "  and check the keys you configure. Nothing is sent to a provider, and nothing costs money.",
        ]
      : []),
    `  ${aboutBill(config, simulated, simulatesStripe)}`,
    ...(simulatesTraces
      ? ["  Traces go to a stand-in for Langfuse on this machine: a session's `traceUrl` shows its own."]
      : []),
    ...(developmentToken === undefined
      ? []
      : ["", "  A development token (workspace demo, role owner):", "", `  ${developmentToken}`]),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

function aboutBill({ stripe }: Config, simulated: boolean, simulatesStripe: boolean): string {
  if (simulatesStripe) return "The bill goes to a stand-in for Stripe on this machine.";
  if (stripe.secretKey === undefined && simulated) {
    return "Simulated answers are billed to nobody: set STRIPE_SECRET_KEY to a test key to see the bill go out.";
  }
  if (stripe.secretKey === undefined) return "The bill waits in the database: set STRIPE_SECRET_KEY, and it is sent.";
  return `The bill goes to ${stripe.apiBase ?? "Stripe"}, with the key in STRIPE_SECRET_KEY.`;
}
