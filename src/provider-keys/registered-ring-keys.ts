// Servers say which ring keys they have. Whoever begins with another key under the same id, or wraps or revokes in an environment that
// is not the servers' own, would put provider keys out of their reach: all of them look here first.
import type { DataSource } from "typeorm";

import { DEVELOPMENT_PREFIX } from "../development-secrets";
import type { Logger } from "../logger";
import type { SecretBox } from "./secret-box";

/** Between two signs of life of a server, in milliseconds. */
const SEEN_EVERY_MS = 60_000;
/** A ring key that no server has been seen with for so long is nobody's any more, in seconds. */
const GONE_AFTER_SECONDS = 300;

/**
 * Registers the ring's keys. Resolves with the ids under which servers that run, or have just run, have another key; then nothing of
 * those was registered. In development, where keys are made by themselves, the latest counts.
 */
export async function registerRingKeys(dataSource: DataSource, secretBox: SecretBox): Promise<string[]> {
  const checkValues = await secretBox.checkValues();
  const registered: { id: string }[] = await dataSource.query(
    `INSERT INTO ring_keys AS known (id, check_value)
     SELECT id, check_value FROM jsonb_to_recordset($1::jsonb) AS ring (id text, check_value text)
     ON CONFLICT (id) DO UPDATE SET check_value = EXCLUDED.check_value, seen_at = now()
       WHERE known.check_value = EXCLUDED.check_value OR known.id = $2
          OR known.seen_at < now() - make_interval(secs => $3)
     RETURNING id`,
    [
      JSON.stringify(checkValues.map(({ id, checkValue }) => ({ id, check_value: checkValue }))),
      DEVELOPMENT_PREFIX,
      GONE_AFTER_SECONDS,
    ],
  );
  const ids = new Set(registered.map(({ id }) => id));
  return checkValues.map(({ id }) => id).filter((id) => !ids.has(id));
}

/** Goes on registering, as a sign of life. Returns how to stop. */
export function keepRegistered(dataSource: DataSource, secretBox: SecretBox, logger: Logger): () => void {
  const timer = setInterval(() => {
    registerRingKeys(dataSource, secretBox).catch((error) =>
      logger.warn({ err: error }, "ring keys were not registered"),
    );
  }, SEEN_EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** Whether servers have the very key that this ring has first. */
export async function isFirstKeyRegistered(dataSource: DataSource, secretBox: SecretBox): Promise<boolean> {
  const first = (await secretBox.checkValues()).find(({ id }) => id === secretBox.primaryKeyId);
  const found: unknown[] = await dataSource.query("SELECT FROM ring_keys WHERE id = $1 AND check_value = $2", [
    first?.id,
    first?.checkValue,
  ]);
  return found.length > 0;
}

/** Whether a server has been seen lately that has a key of this id. */
export async function isInUse(dataSource: DataSource, ringKeyId: string): Promise<boolean> {
  const found: unknown[] = await dataSource.query(
    "SELECT FROM ring_keys WHERE id = $1 AND seen_at > now() - make_interval(secs => $2)",
    [ringKeyId, GONE_AFTER_SECONDS],
  );
  return found.length > 0;
}
