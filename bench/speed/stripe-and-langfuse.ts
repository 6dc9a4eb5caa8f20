// Where bills and traces go while the server is measured.
import { startLangfuseSimulator } from "../../src/simulators/langfuse-simulator";
import { startStripeSimulator } from "../../src/simulators/stripe-simulator";

async function main(): Promise<void> {
  const stripe = await startStripeSimulator();
  const langfuse = await startLangfuseSimulator({ publicKey: "pk-lf-speed", secretKey: "sk-lf-speed" });
  process.stdout.write(`stripe at ${stripe.url}, langfuse at ${langfuse.url}\n`);
}

void main();
