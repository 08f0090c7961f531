// Journey 5 of a demonstration: a compliance officer takes the log away and verifies it, and each receipt, with the
// room's public key alone.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { verifyAuditExport } from "../../client/verify.ts";
import { verifyReceipt } from "../../client/verify-receipt.ts";
import { parseVerifierKey } from "../../crypto/signed-note.ts";
import { DemoFailure, needed, neededText, type Stage, thousands } from "./stage.ts";
import type { Actor } from "./walk.ts";

const publishedSchema = z.looseObject({ checkpointKey: z.string() });

type Reviewing = {
  readonly stage: Stage;
  readonly url: string;
  readonly auditor: Actor;
  /** The releases whose receipts are checked, as the room gave them. */
  readonly releases: readonly unknown[];
  /** Where the export is kept; null to keep none. */
  readonly keepIn: string | null;
};

/** Exports the log as one member sees it, and verifies it offline. */
export async function review({ stage, url, auditor, releases, keepIn }: Reviewing): Promise<void> {
  stage.act("5. Review");
  const published = publishedSchema.parse(await (await fetch(`${url}/.well-known/jwks.json`)).json());
  const key = neededText(parseVerifierKey(published.checkpointKey));
  const exported = await auditor.client.call((api) => api.GET("/v1/audit/export", { parseAs: "text" }));
  const text = needed(exported, "exporting the log");
  const verified = verifyAuditExport(text, key);
  if (!verified.ok) throw new DemoFailure(`the log does not verify: ${verified.error.says}`);
  const { entries, size } = verified.value;
  const actsOf = (act: string) => entries.filter((entry) => entry.act === act).length;
  stage.say(
    `   ${auditor.manifest.name} exported the ${thousands(entries.length)} of ${thousands(size)} entries that ` +
      `concern it: ${actsOf("question-permitted")} answers, ${actsOf("question-denied")} denied`,
  );
  for (const release of releases) {
    const receipt = verifyReceipt(JSON.stringify(release), key);
    if (!receipt.ok) throw new DemoFailure(`a receipt does not verify: ${receipt.error}`);
  }
  stage.say(`   ${releases.length} receipts verified, each with its place in the log`);
  if (keepIn !== null) {
    const path = join(keepIn, "audit-export.json");
    await writeFile(path, text, { mode: 0o600 });
    stage.say(`   kept as ${path}: concordat audit verify ${path} --key '${published.checkpointKey}'`);
  }
  stage.say("   log verified");
  stage.note("log", { size, entries: entries.length, isVerified: true });
}
