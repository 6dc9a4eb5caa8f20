import { afterEach } from "@jest/globals";
import Stripe from "stripe";
import {
  type StripeSimulator,
  type StripeSimulatorOptions,
  startStripeSimulator,
} from "../../src/simulators/stripe-simulator";

export const KEY = "sk_test_simulated0001";

const running: StripeSimulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** A simulator for this test, and the official SDK pointed at it. */
export async function simulatedStripe(options: StripeSimulatorOptions = {}) {
  const simulator = await startStripeSimulator(options);
  running.push(simulator);
  return { simulator, account: simulator.account, ledger: simulator.account.ledger, client: stripeClient(simulator) };
}

export function stripeClient(simulator: StripeSimulator, key = KEY): Stripe {
  const { hostname, port } = new URL(simulator.url);
  return new Stripe(key, { host: hostname, port, protocol: "http", maxNetworkRetries: 0, telemetry: false });
}

/** A meter event's parameters, with these differences. */
export function meterEvent({
  value = "25",
  customer = "cus_a",
  ...others
}: { value?: string; customer?: string } & Partial<Stripe.Billing.MeterEventCreateParams> = {}) {
  return { event_name: "ai_tokens", payload: { stripe_customer_id: customer, value }, ...others };
}

/** The error that a call of the SDK ends with. */
export async function stripeError(call: Promise<unknown>): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Stripe.errors.StripeError)) throw new Error(`expected an error of the SDK, not ${error}`);
  return error;
}

/** Asks one of the simulator's own pages. */
export function control(simulator: StripeSimulator, method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${simulator.url}/_simulator/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
