import { Command } from "commander";

import { parseKeyRing } from "../provider-keys/key-ring";
import { describeLostRingKey, findLostRingKeys } from "../provider-keys/lost-ring-keys";
import { isFirstKeyRegistered, isInUse } from "../provider-keys/registered-ring-keys";
import { revokeLostKeys } from "../provider-keys/revoke-lost-keys";
import { countToRewrap, type RewrapResult, rewrapKeys } from "../provider-keys/rewrap-keys";
import { SecretBox } from "../provider-keys/secret-box";
import { PROVIDER_NAMES } from "../providers/provider-names";
import { withDatabase } from "./operator-database";
import { counted, printLine } from "./print";

interface RotateOptions {
  revokeLost?: string;
  yes?: true;
}

export function keysCommand(): Command {
  return new Command("keys")
    .description("Look after the ring of KEY_ENCRYPTION_KEYS, which seals the workspaces' provider keys.")
    .addCommand(
      new Command("rotate")
        .summary("wrap every stored key anew with the ring's first key")
        .description(
          "Wrap every stored provider key anew with the ring's first key, so that the other ring keys may leave. Servers may run " +
            "meanwhile, once all of them have the new ring. No provider key is opened. Safe to repeat.",
        )
        .option(
          "--revoke-lost <id>",
          "where a ring key is lost for good: first delete the provider keys that only it could open",
        )
        .option("--yes", "with --revoke-lost: delete them for good")
        .action(rotate),
    );
}

async function rotate({ revokeLost, yes }: RotateOptions): Promise<void> {
  if (revokeLost !== undefined && yes !== true) {
    // In an environment that lacks the ring, every key looks lost.
    throw new Error(
      `Nothing was done. This deletes the provider keys that only the ring key "${revokeLost}" could open and that this ` +
        "environment's KEY_ENCRYPTION_KEYS cannot, for good: add --yes to do it.",
    );
  }
  await withDatabase(async (dataSource, config) => {
    const secretBox = new SecretBox(parseKeyRing(config.keyEncryptionKeys));
    if (revokeLost !== undefined) {
      if (await isInUse(dataSource, revokeLost)) {
        throw new Error(
          `Nothing was done. A server that runs, or ran within the last five minutes, has the ring key "${revokeLost}": it is not lost. ` +
            "Give this environment the servers' own KEY_ENCRYPTION_KEYS.",
        );
      }
      const revoked = await revokeLostKeys(dataSource, secretBox, revokeLost);
      printLine(`Revoked ${counted(revoked, "provider key")} that only the lost ring key "${revokeLost}" could open.`);
    }
    // Wrapped with a first key that is not the servers' own, every provider key would be out of their reach.
    const first = (await findLostRingKeys(dataSource, secretBox)).find(({ id }) => id === secretBox.primaryKeyId);
    if (first !== undefined) throw new Error(`${describeLostRingKey(first)} No key was wrapped anew.`);
    if ((await countToRewrap(dataSource, secretBox)) > 0 && !(await isFirstKeyRegistered(dataSource, secretBox))) {
      throw new Error(
        `No server has the ring key "${secretBox.primaryKeyId}" in its ring. No key was wrapped anew: restart the ` +
          "servers with this KEY_ENCRYPTION_KEYS, then run this again.",
      );
    }
    report(await rewrapKeys(dataSource, secretBox), secretBox.primaryKeyId);
  });
}

function report({ rewrapped, current, failed }: RewrapResult, primaryKeyId: string): void {
  printLine(
    `Wrapped ${counted(rewrapped, "provider key")} anew with the ring key "${primaryKeyId}"; ${current} had been before.`,
  );
  if (failed.length === 0) return;
  const lines = failed.map(
    ({ workspaceId, provider, reason }) => `  ${workspaceId}, ${PROVIDER_NAMES[provider]}: ${reason}`,
  );
  throw new Error(
    [
      `${counted(failed.length, "provider key")} could not be wrapped anew:`,
      ...lines,
      "Bring back the ring keys that are missing and run this again, or see --revoke-lost.",
    ].join("\n"),
  );
}
