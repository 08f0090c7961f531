// Journey 5 of a demonstration: a compliance officer takes the log and the evidence of a contract away and verifies
// them, and each receipt, with the room's public key alone.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { verifyAuditExport } from "../../client/verify.ts";
import { verifyEvidence } from "../../client/verify-evidence.ts";
import { verifyReceipt } from "../../client/verify-receipt.ts";
import { parseVerifierKey, type VerifierKey } from "../../crypto/signed-note.ts";
import { utf8 } from "../../domain/bytes.ts";
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
    stage.say(`   kept as ${path}: npx concordat audit verify ${path} --key '${published.checkpointKey}'`);
  }
  await reviewEvidence({ stage, auditor, releases, keepIn, key });
  stage.say("   log verified");
  stage.note("log", { size, entries: entries.length, isVerified: true });
}

const ofContractSchema = z.looseObject({ contract: z.string() });

type ReviewingEvidence = Omit<Reviewing, "url"> & { readonly key: VerifierKey };

// The evidence of the contract under which the first answer was given, and what becomes of it when a byte is altered.
async function reviewEvidence({ stage, auditor, releases, keepIn, key }: ReviewingEvidence): Promise<void> {
  const first = ofContractSchema.safeParse(releases[0]);
  if (!first.success) return;
  const query = { contract: first.data.contract };
  const page = needed(
    await auditor.client.call((api) => api.GET("/v1/audit/evidence", { params: { query }, parseAs: "text" })),
    "exporting evidence",
  );
  const verifier = { room: key, witnesses: [], earlier: null };
  const bytes = utf8(page);
  const verified = verifyEvidence(bytes, verifier);
  if (!verified.ok) throw new DemoFailure(`the evidence does not verify: ${verified.error[0]?.says}`);
  stage.say(
    `   evidence of the contract verified without the room: ${verified.value.evidence.parts.length} parts and a page`,
  );
  const place = Math.floor(bytes.length / 2);
  const altered = verifyEvidence(
    bytes.map((byte, at) => (at === place ? byte ^ 1 : byte)),
    verifier,
  );
  if (altered.ok) throw new DemoFailure("an altered byte of the evidence was not found");
  stage.say(
    `   byte ${thousands(place)} of its ${thousands(bytes.length)} altered: found in ${altered.error[0]?.part}`,
  );
  if (keepIn === null) return;
  const path = join(keepIn, "evidence.html");
  await writeFile(path, page, { mode: 0o600 });
  stage.say(`   open ${path} in a browser: who learned what, by which clause, when; it verifies in the same way`);
}
