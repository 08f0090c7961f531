// Evidence leaves the room: its parts are gathered, their digest becomes an entry of the log, and that entry with its
// proof seals them. So each export is on the record, and whatever is altered afterwards is told by the log itself.

import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { consistencyPlan } from "../domain/audit/merkle.ts";
import { textDigest, toBase64 } from "../domain/bytes.ts";
import {
  type About,
  type Contents,
  contentsOf,
  type Evidence,
  evidenceLine,
  type Part,
  type PartOf,
  type Seal,
} from "../domain/evidence/document.ts";
import { isoInstant } from "../domain/instant.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { gatherLog, groundParts } from "./gather-evidence.ts";
import { gatherReport } from "./gather-report.ts";
import type { Caller, Ports } from "./ports.ts";
import { proofOf } from "./read-log.ts";
import { everyPartner } from "./read-partners.ts";

type Asked = {
  readonly caller: Caller;
  readonly about: About;
  /** A checkpoint that the asker kept: the evidence then proves that the log only grew since. */
  readonly earlier: Checkpoint | null;
};

/**
 * Makes evidence about what concerns the caller, and logs that it did.
 * Cost: one read of all entries that the caller may see, and one short logged act.
 */
export async function exportEvidence(
  ports: Pick<Ports, "store" | "random" | "room">,
  asked: Asked,
): Promise<Result<Evidence, Problem>> {
  const { partner } = asked.caller;
  if (partner === OPERATOR) return err(problem("partner-only", "evidence is made for a partner about its own affairs"));
  const gathered = await ports.store.read({ name: "gather evidence", parties: [partner] }, (tx) =>
    gather(ports, tx, asked),
  );
  if (!gathered.ok) return gathered;
  const { contents, parts, size } = gathered.value;
  const seal = await ports.store.write({ name: "export evidence", parties: [partner] }, (tx) =>
    sealed(ports, tx, { ...asked, contents, size }),
  );
  return ok({ contents, parts, seal });
}

type Gathered = Pick<Evidence, "contents" | "parts"> & { readonly size: number };

async function gather(
  { room }: Pick<Ports, "room">,
  tx: Transaction,
  { caller, about, earlier }: Asked,
): Promise<Result<Gathered, Problem>> {
  const head = await tx.log.head();
  if (earlier !== null && earlier.size > head.size)
    return err(problem("invalid-parameter", `the log has ${head.size} entries`, { size: head.size }));
  const owner = caller.partner;
  const gathered =
    about.kind === "log" ? await gatherLog(tx, owner, { scope: about, head }) : await gatherReport(tx, owner, about);
  if (!gathered.ok) return gathered;
  const named = await namedIn(tx, gathered.value);
  const ground = await groundParts(tx, room, { head, named, grown: await grownFrom(tx, earlier, head.size) });
  const parts = [...ground, ...gathered.value];
  const frame = { about, for: owner, asOf: isoInstant(tx.now), origin: room.origin };
  return ok({ contents: contentsOf(frame, parts), parts, size: head.size });
}

// Whoever is named in a part by its id is named by its name on the page.
async function namedIn(tx: Transaction, parts: readonly Part[]): Promise<readonly PartnerId[]> {
  const text = parts.map(evidenceLine).join("\n");
  const everybody = await everyPartner(tx);
  return everybody.filter((id) => new RegExp(`(?<![a-z0-9-])${id}(?![a-z0-9-])`).test(text));
}

async function grownFrom(tx: Transaction, earlier: Checkpoint | null, size: number): Promise<PartOf<"tree">["grown"]> {
  if (earlier === null) return undefined;
  const proof = await proofFrom(tx, earlier.size, size);
  return { size: earlier.size, root: toBase64(earlier.root), proof };
}

type Sealing = Asked & { readonly contents: Contents; readonly size: number };

async function sealed(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { caller, about, contents, size }: Sealing,
): Promise<Seal> {
  const subject = { contentsDigest: textDigest(evidenceLine(contents)), ...named(about) };
  const count = (kind: string) => contents.parts.filter(({ name }) => name.startsWith(kind)).length;
  const detail = { about: { ...about }, entries: count("entry "), receipts: count("receipt ") };
  const happening = { actor: caller, parties: [caller.partner], subject, detail };
  const appended = await appendEntry(ports, tx, { act: "log-exported", ...happening });
  const handOvers = (await tx.log.handOvers()).map(({ note }) => note);
  return {
    checkpoint: appended.checkpoint,
    entry: appended.entry,
    index: appended.index,
    proof: appended.proof.map(toBase64),
    grown: await proofFrom(tx, size, appended.index + 1),
    ...(handOvers.length === 0 ? {} : { handOvers }),
  };
}

function named(about: About): { readonly contract?: string } {
  return about.kind === "log" && about.contract !== undefined ? { contract: about.contract } : {};
}

async function proofFrom(tx: Transaction, first: number, second: number): Promise<string[]> {
  return (await proofOf(tx, consistencyPlan(first, second))).map(toBase64);
}
