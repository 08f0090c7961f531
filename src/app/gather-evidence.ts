// The parts of evidence from the log, read in one view of the store: what concerns the partner that asks, and nothing
// else. Entries of others are not in its transaction, and others' policies are not read.

import { envelope } from "../crypto/contract-jws.ts";
import { rawPublicKey, verifierKey } from "../crypto/signed-note.ts";
import { type AuditEntry, decodeEntry } from "../domain/audit/entry.ts";
import type { ExportedEntry } from "../domain/audit/export-file.ts";
import { consistencyPlan } from "../domain/audit/merkle.ts";
import { toBase64, utf8 } from "../domain/bytes.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { datasetRef } from "../domain/dataset/schema.ts";
import type { Part, PartOf } from "../domain/evidence/document.ts";
import { belongs, type LogScope, type Surroundings } from "../domain/evidence/scope.ts";
import { isoInstant } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile, KeyRow, LogHead } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { concernedBy, stateOf } from "./offer-contract.ts";
import type { Room } from "./ports.ts";
import { withSignatures } from "./put-policy.ts";
import { contractsInView } from "./read-exposure.ts";
import { proofOf, provenEntries } from "./read-log.ts";
import { publishedJwk } from "./read-partners.ts";
import { cosigned } from "./read-tiles.ts";

/** An entry that belongs to the evidence, as it is stored and as it reads. */
type Found = ExportedEntry & { readonly read: AuditEntry };

/** The parts that evidence from the log has beside the ground that all evidence stands on. */
export async function gatherLog(
  tx: Transaction,
  owner: PartnerId,
  { scope, head }: { readonly scope: LogScope; readonly head: LogHead },
): Promise<Result<readonly Part[], Problem>> {
  const files = await contractsInView(tx);
  const chain = scope.contract === undefined ? [] : versionsOf(files, scope.contract);
  if (scope.contract !== undefined && chain.length === 0) return err(problem("not-found", "you have no such contract"));
  if (!(await hasKey(tx, owner, scope))) return err(problem("not-found", "no key of yours has this thumbprint"));
  const found = await entriesOf(tx, { scope, size: head.size, around: surroundingsOf(owner, chain) });
  if (found === null) {
    const says = `this is more than the ${LIMITS.evidenceEntries} entries that one file holds`;
    return err(problem("invalid-parameter", `${says}: choose a shorter time`));
  }
  const contracts = chain.length > 0 ? chain : contractsAround(files, scope, found);
  const members = [...new Set([owner, ...contracts.flatMap(concernedBy)])].sort();
  return ok([
    ...(await keyParts(tx, members)),
    ...contracts.map((file) => contractPart(tx, file)),
    ...(await policyParts(tx, owner, { scope, contracts })),
    ...found.map(entryPart),
    ...(await receiptParts(tx, owner, found)),
  ]);
}

/** What all evidence has: the room's key, names, the tree that proofs stand under, and who has cosigned it. */
export async function groundParts(
  tx: Transaction,
  room: Room,
  ground: { readonly head: LogHead; readonly named: readonly PartnerId[]; readonly grown: PartOf<"tree">["grown"] },
): Promise<readonly Part[]> {
  const { head, named, grown } = ground;
  const rows = await tx.partners.named(named);
  const partners = named.flatMap((id) => {
    const manifest = rows.find((row) => row.id === id)?.manifest ?? null;
    return manifest === null ? [] : [{ id, name: manifest.name, industry: manifest.industry }];
  });
  return [
    { part: "room", key: verifierKey(room.origin, rawPublicKey(room.logKeys.known().key)) },
    { part: "partners", partners },
    { part: "tree", checkpoint: head.checkpoint, ...(grown === undefined ? {} : { grown }) },
    ...(await watchedParts(tx, head)),
  ];
}

async function hasKey(tx: Transaction, owner: PartnerId, { keyThumbprint }: LogScope): Promise<boolean> {
  return keyThumbprint === undefined || (await tx.keys.find(keyThumbprint))?.partner === owner;
}

// Every version of a contract: those before it and those after it, whether or not all have signed them.
function versionsOf(files: readonly ContractFile[], id: string): readonly ContractFile[] {
  const family = new Set<string>([id]);
  for (let known = 0; known < family.size; ) {
    known = family.size;
    for (const { id: own, contract } of files) {
      const { previous } = contract;
      if (previous !== null && (family.has(own) || family.has(previous))) family.add(own).add(previous);
    }
  }
  const versions = files.filter((file) => family.has(file.id));
  return versions.sort((one, other) => one.contract.version - other.contract.version);
}

function surroundingsOf(owner: PartnerId, chain: readonly ContractFile[]): Surroundings {
  const lists = chain.flatMap(({ contract }) => contract.datasets).filter(({ partner }) => partner === owner);
  return {
    owner,
    contracts: new Set(chain.map(({ id }) => id)),
    datasets: new Set(lists.map(({ partner, dataset }) => datasetRef(partner, dataset))),
  };
}

type Wanted = { readonly scope: LogScope; readonly size: number; readonly around: Surroundings };

// All that the partner may read is looked at, page by page; null when more belongs than one file holds.
async function entriesOf(tx: Transaction, { scope, size, around }: Wanted): Promise<readonly Found[] | null> {
  const found: Found[] = [];
  for (let from = 0; from < size; ) {
    const page = await provenEntries(tx, { from, size });
    const read = page.map((row) => ({ ...row, read: storedEntry(row.entry) }));
    found.push(...read.filter((one) => belongs(one.read, scope, around)));
    if (found.length > LIMITS.evidenceEntries) return null;
    from = (page.at(-1)?.index ?? size) + 1;
  }
  return found;
}

/** An entry of the room's own log. */
export function storedEntry(text: string): AuditEntry {
  const entry = decodeEntry(text);
  if (!entry.ok) throw new Error("an entry of the log does not read");
  return entry.value;
}

// Those that entries name; without a key to go by, also those that held on a day of the time.
function contractsAround(files: readonly ContractFile[], scope: LogScope, found: readonly Found[]) {
  const named = new Set(found.map(({ read }) => read.subject["contract"]));
  const holds = ({ contract, signatures, leaving }: ContractFile) =>
    scope.keyThumbprint === undefined &&
    signatures.length === contract.members.length + leaving.length &&
    contract.validity.from <= (scope.until ?? contract.validity.until) &&
    contract.validity.until >= (scope.from ?? contract.validity.from);
  return files.filter((file) => named.has(file.id) || holds(file)).reverse();
}

function keyParts(tx: Transaction, partners: readonly PartnerId[]): Promise<readonly Part[]> {
  return Promise.all(partners.map(async (partner) => keyPart(partner, await tx.keys.ofPartner(partner))));
}

function keyPart(partner: PartnerId, rows: readonly KeyRow[]): Part {
  const keys = rows.map(({ jwk, registeredAt, revokedAt }) => ({
    jwk: { ...publishedJwk(jwk) },
    registeredAt: isoInstant(registeredAt),
    revokedAt: revokedAt === null ? null : isoInstant(revokedAt),
  }));
  return { part: "keys", partner, keys };
}

function contractPart(tx: Pick<Transaction, "now">, file: ContractFile): Part {
  const { id, contract, leaving, signatures } = file;
  const signed = signatures.map((row) => ({ protected: row.protected, signature: row.signature }));
  const { payload } = envelope(utf8(canonicalJson(contract)), signed);
  return {
    part: "contract",
    id,
    state: stateOf(tx, file).kind,
    leaving: [...leaving],
    envelope: { payload, signatures: signed },
  };
}

type Framed = { readonly scope: LogScope; readonly contracts: readonly ContractFile[] };

// The own policy alone: those in force since the contract was offered, on a day of the time, or signed with the key.
async function policyParts(tx: Transaction, owner: PartnerId, { scope, contracts }: Framed): Promise<readonly Part[]> {
  const put = await withSignatures(tx, await tx.policies.list(owner), false);
  const waiting = await withSignatures(tx, await tx.policies.waiting(owner), true);
  const offered = contracts.map(({ offeredAt }) => isoInstant(offeredAt)).sort()[0];
  const start = scope.contract === undefined ? undefined : offered;
  const versions = [...waiting, ...put].map((row, at, all) => {
    const after = all[at - 1];
    const from = row.isWaiting ? null : isoInstant(row.putAt);
    return { row, from, until: after === undefined || after.isWaiting ? null : isoInstant(after.putAt) };
  });
  const isWanted = ({ row, from, until }: (typeof versions)[number]) =>
    (scope.keyThumbprint === undefined || row.signatures.some((one) => one.thumbprint === scope.keyThumbprint)) &&
    (scope.until === undefined || (from !== null && from.slice(0, 10) <= scope.until)) &&
    [scope.from, start].every((since) => since === undefined || until === null || until >= since);
  return versions
    .filter(isWanted)
    .map(({ row, from, until }): Part => {
      const signatures = row.signatures.map((one) => ({ protected: one.protected, signature: one.signature }));
      const { payload } = envelope(utf8(canonicalJson(row.policy)), signatures);
      return { part: "policy", version: row.version, from, until, envelope: { payload, signatures } };
    })
    .reverse();
}

function entryPart({ index, entry, proof }: Found): Part {
  return { part: "entry", index, entry, proof: proof.map(toBase64) };
}

// Receipts of answers to the partner that are still kept, each once.
async function receiptParts(tx: Transaction, owner: PartnerId, found: readonly Found[]): Promise<readonly Part[]> {
  const answers = found.filter(({ read }) => read.detail["recipient"] === owner && read.detail["answerDigest"]);
  const ids = [...new Set(answers.map(({ read }) => read.subject["release"]))].filter((id) => id !== undefined);
  const rows = await Promise.all(ids.map((id) => tx.releases.find(id)));
  return rows.flatMap((row) =>
    row?.recipient === owner
      ? [{ part: "receipt" as const, release: row.id, receipt: row.receipt, answer: row.answer }]
      : [],
  );
}

// The newest published checkpoint that a witness has cosigned; the newest one where none has.
async function watchedParts(tx: Transaction, head: LogHead): Promise<readonly Part[]> {
  const witnesses = await tx.witnesses.list();
  const sizes = witnesses.flatMap(({ last }) => (last === null || last.size > head.size ? [] : [last.size]));
  const row = await tx.log.published(sizes.length === 0 ? head.published : Math.max(...sizes));
  if (row === null || row.size > head.size) return [];
  const lines = await tx.witnesses.cosignatures(row.size, LIMITS.cosignaturesShown);
  const signed = new Set(lines.map(({ witness }) => witness));
  return [
    {
      part: "watched",
      checkpoint: await cosigned(tx, row),
      proof: (await proofOf(tx, consistencyPlan(row.size, head.size))).map(toBase64),
      witnesses: witnesses
        .filter(({ thumbprint }) => signed.has(thumbprint))
        .map(({ partner, key }) => ({ partner, key })),
    },
  ];
}
