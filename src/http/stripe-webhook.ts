import { type ErrorRequestHandler, type Request, type Response, Router, text } from "express";

import type { Logger } from "../logger";
import type { ReceiveErrorReport } from "../metering/error-report";

export interface StripeWebhookOptions {
  receive: ReceiveErrorReport;
  bodyBytes: number;
  logger: Logger;
}

/** `POST /webhooks/stripe`: what Stripe reports of the meter. Anything but a 2xx makes Stripe send it again later. */
export function stripeWebhookRoutes({ receive, bodyBytes, logger }: StripeWebhookOptions): Router {
  // The signature is over the bytes as they came: parsed and printed again, they would not fit it.
  const rawBody = text({ type: () => true, limit: bodyBytes });
  const unreadable: ErrorRequestHandler = (error, _request, response, _next) => {
    const status = error?.status === 413 ? 413 : 400;
    const sentence = status === 413 ? "The body is too large." : "The body cannot be read.";
    response.status(status).json({ error: sentence, code: status === 413 ? "BODY_TOO_LARGE" : "BAD_REQUEST" });
  };
  return Router().post("/webhooks/stripe", rawBody, unreadable, async (request: Request, response: Response) => {
    const body: unknown = request.body;
    try {
      const received = await receive(typeof body === "string" ? body : "", request.get("stripe-signature"));
      if (received === "FORGED") {
        response.status(400).json({ error: "The signature does not fit the body.", code: "BAD_SIGNATURE" });
      } else {
        response.json({ received: true });
      }
    } catch (error) {
      logger.warn({ err: error }, "a report of Stripe's could not be taken now; it sends it again");
      response.status(503).json({ error: "This cannot be taken right now.", code: "SERVICE_UNAVAILABLE" });
    }
  });
}
