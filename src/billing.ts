import { Router } from "express";
import type { DataSource } from "typeorm";

import type { Config } from "./config";
import { stripeWebhookRoutes } from "./http/stripe-webhook";
import type { Logger } from "./logger";
import { createReceiveErrorReport } from "./metering/error-report";
import { type Relay, startRelay } from "./metering/relay";
import { connectStripe } from "./metering/stripe-client";
import { createStripeMeter } from "./metering/stripe-meter";

export interface BillingOptions {
  config: Config;
  dataSource: DataSource;
  logger: Logger;
}

/** What sends the bill and hears of it; nothing where no Stripe account is set. */
export function openBilling({ config, dataSource, logger }: BillingOptions): {
  relay: Relay | undefined;
  webhook: Router;
} {
  const { secretKey, apiBase, meterEventName, webhookSecret } = config.stripe;
  const webhook = Router();
  if (secretKey === undefined) return { relay: undefined, webhook };
  const stripe = connectStripe({ secretKey, apiBase });
  if (webhookSecret !== undefined) {
    const receive = createReceiveErrorReport({ dataSource, stripe, webhookSecret, logger });
    webhook.use(stripeWebhookRoutes({ receive, bodyBytes: config.limits.bodyBytes, logger }));
  }
  return { relay: startRelay({ dataSource, meter: createStripeMeter(stripe, meterEventName), logger }), webhook };
}
