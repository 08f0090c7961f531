// The promises of the house, held against a room: what its tables, files and log say is what is true of it, whatever
// happened to its processes. Each fault is a sentence that begins with the number of its promise.

import { checkRestored } from "../../app/check-restored.ts";
import { tokensOf } from "../../app/find-people.ts";
import type { Ports } from "../../app/ports.ts";
import { unwrapDataKey } from "../../app/receive-part.ts";
import { formatCheckpoint } from "../../domain/audit/checkpoint.ts";
import { rootOf } from "../../domain/audit/merkle.ts";
import { textDigest } from "../../domain/bytes.ts";
import { OPERATOR, type PartnerId } from "../../domain/partner/manifest.ts";
import type { Matcher, NamedToken } from "../../ports/matcher.ts";
import type { LedgerLine, ReleaseRow, VersionRow } from "../../ports/rows.ts";
import type { Transaction } from "../../ports/store.ts";
import { listOf, MEMBERS } from "./documents.ts";
import { heed } from "./heed.ts";
import { EVERY_IDENTIFIER, hashOf, told } from "./people.ts";
import { type Debit, follow, type Given, type Truth, under } from "./truth.ts";
import type { World } from "./world.ts";

/** What was looked at before and need not be again: contents of files by name, and answers as they are kept. */
export type Looked = {
  readonly files: Map<string, string>;
  readonly answers: WeakSet<ReleaseRow>;
  /** Figures that each recipient was given, with the versions that they are of. */
  readonly figures: Map<string, Set<string>>;
};

const EVERYBODY = [OPERATOR, ...MEMBERS];
const ALL = { after: null, limit: 1_000_000 };

/** Reads the log on from where it was read to, and compares everything with what is true then. */
export async function faultsOf(
  world: World,
  room: Ports["room"],
  { truth, looked }: { truth: Truth; looked: Looked },
): Promise<string[]> {
  return world.store.read({ name: "look", parties: EVERYBODY }, async (tx) => {
    const partners = (await tx.partners.list(ALL)).map(({ id }) => id).filter((id) => id !== OPERATOR);
    const faults = await logFaults(tx, room, truth);
    if (faults.length > 0) return faults;
    return [
      ...(await ledgerFaults(tx, truth, partners)),
      ...(await releaseFaults(tx, { truth, looked }, partners)),
      ...(await listFaults(world, tx, { room, truth, looked })),
      ...(await countFaults(tx, truth, partners)),
    ];
  });
}

async function logFaults(tx: Transaction, room: Ports["room"], truth: Truth): Promise<string[]> {
  const { size, checkpoint } = await tx.log.head();
  const faults: string[] = [];
  for (const { entry } of await tx.log.entries(truth.entries.length, ALL.limit)) {
    faults.push(...heed(truth, follow(truth, entry)).map((fault) => `${fault} (entry ${truth.entries.length - 1})`));
  }
  if (truth.entries.length !== size)
    faults.push(`7: the log has ${truth.entries.length} entries and a head of ${size}`);
  if (size === 0) return faults;
  const { origin } = room;
  const meant = formatCheckpoint({ origin, size, root: rootOf(truth.tree) });
  if (!checkpoint.startsWith(`${meant}\n`))
    faults.push("7: the checkpoint of the log is not over the entries that it had before and those since");
  return faults;
}

async function ledgerFaults(tx: Transaction, truth: Truth, partners: readonly PartnerId[]): Promise<string[]> {
  const lines = (await Promise.all(partners.map((partner) => tx.ledger.lines(partner, ALL)))).flat();
  const textOf = ({ lineage, recipient, nanoRho, release, at }: LedgerLine | Debit) =>
    [lineage, recipient, nanoRho, release, at].join(" ");
  const [found, due] = [lines, truth.debits].map((all) => all.map(textOf).sort().join("\n"));
  if (found !== due) return ["4: the ledger does not hold what the log says was spent"];
  const accounts = new Map<string, Pick<LedgerLine, "lineage" | "recipient">>(
    lines.map((line) => [`${line.lineage} ${line.recipient}`, line]),
  );
  const faults: string[] = [];
  for (const [name, { lineage, recipient }] of accounts) {
    const sum = lines
      .filter((line) => `${line.lineage} ${line.recipient}` === name)
      .reduce((all, line) => all + line.nanoRho, 0n);
    const spent = await tx.ledger.spent(lineage, recipient, null);
    if (spent !== sum) faults.push(`1: the account of ${name} holds ${spent}, and its debits are ${sum}`);
  }
  return faults;
}

async function releaseFaults(
  tx: Transaction,
  { truth, looked }: Pick<Looking, "truth" | "looked">,
  partners: readonly PartnerId[],
): Promise<string[]> {
  const standing = (await Promise.all(partners.map((partner) => tx.releases.list(partner, ALL)))).flat();
  const all = await tx.releases.named([...truth.given.keys()]);
  const faults = standing
    .filter(({ id }) => !truth.given.has(id))
    .map(({ id }) => `4: the answer ${id} is in no entry of the log`);
  if (all.length !== truth.given.size) faults.push("4: the log tells of an answer that is not there");
  const fresh = all.filter((one) => !looked.answers.has(one)).sort((left, right) => left.entry - right.entry);
  for (const row of fresh) {
    faults.push(...oneReleaseFaults(truth, row), ...(row.receipt === "" ? [] : seriesFaults(looked, row)));
    looked.answers.add(row);
  }
  return [...faults, ...twiceFaults(standing)];
}

// The newest come first; one that ended before the next was given is no answer any more.
function twiceFaults(standing: readonly ReleaseRow[]): string[] {
  const asked = new Map<string, ReleaseRow>();
  return standing.flatMap((row) => {
    const key = [row.recipient, row.contract, row.questionDigest, row.versions].join(" ");
    const later = asked.get(key);
    asked.set(key, row);
    const isTwice = later !== undefined && row.expiresAt > later.releasedAt;
    return isTwice ? [`2: one question on the same versions has the answers ${later.id} and ${row.id}`] : [];
  });
}

function oneReleaseFaults(truth: Truth, row: ReleaseRow): string[] {
  const given = truth.given.get(row.id);
  if (given === undefined) return [];
  const isSame =
    given.index === row.entry && given.questionDigest === row.questionDigest && given.recipient === row.recipient;
  const isForgotten = row.receipt === "";
  const isAsSigned = isForgotten || textDigest(row.answer) === given.answerDigest;
  if (!isSame || !isAsSigned) return [`4: the answer ${row.id} is not the one of its entry`];
  return isForgotten ? [] : figureFaults(given.figures, row);
}

// A trend tells of what its recipient was given before, and of nothing else.
function seriesFaults({ figures }: Looked, { id, recipient, answer }: ReleaseRow): string[] {
  const known = under(figures, recipient, () => new Set());
  const { points, ...whole }: Series = JSON.parse(answer);
  const textOf = ({ versions, sizes, regions, cells }: Figures) => JSON.stringify([versions, sizes, regions, cells]);
  const isNew = (points ?? []).slice(0, -1).some((point) => !known.has(textOf(point)));
  known.add(textOf(points?.at(-1) ?? whole));
  return isNew ? [`2: the trend ${id} tells of figures that its recipient was never given`] : [];
}

type Series = Figures & { readonly points?: readonly Figures[] };
type Told = { readonly released?: number };
type Figures = {
  readonly versions?: { readonly [list: string]: string };
  readonly sizes?: readonly (Told & { readonly dataset: string })[];
  readonly regions?: readonly (Told & { readonly members: readonly string[] })[];
  readonly cells?: readonly { readonly keys: readonly (string | null)[]; readonly people: Told }[];
};

// What is withheld tells nothing, and what is told is the count of the moment at which it was given. Where an older
// version of the asker's list answers, whoever is in the one in force is counted, which the rows of one do not tell.
function figureFaults(figures: Given["figures"], { id, answer, outcome, still }: ReleaseRow): string[] {
  if (outcome !== "released" || still !== null || figures.length === 0) return [];
  const { points, ...whole }: Series = JSON.parse(answer);
  const { sizes = [], regions = [], cells = [] } = points?.at(-1) ?? whole;
  const told = [
    ...sizes.map(({ dataset, released }) => [`size of ${dataset}`, released] as const),
    ...regions.map(({ members, released }) => [[...members].sort().join(), released] as const),
    ...cells.map(({ keys, people }) => [`cell ${keys.join()}`, people.released] as const),
  ].filter(([, released]) => released !== undefined);
  const wrong = figures.map((counted) => told.filter(([name, released]) => released !== counted.get(name)));
  if (wrong.some(({ length }) => length === 0)) return [];
  return (wrong[0] ?? []).map(
    ([name, released]) => `9: ${id} counts ${released} for ${name}, and there were ${figures[0]?.get(name)}`,
  );
}

type Looking = { readonly room: Ports["room"]; readonly truth: Truth; readonly looked: Looked };

async function listFaults(world: World, tx: Transaction, { room, truth, looked }: Looking): Promise<string[]> {
  const faults: string[] = [];
  for (const [list, { versions }] of truth.lists) {
    const partner = MEMBERS.find((one) => listOf(one) === list);
    if (partner === undefined) throw new Error(`nobody has a list \`${list}\``);
    const rows = [...(await tx.versions.list(listOf(partner)))].reverse();
    const [found, due] = [rows, versions].map((all) => all.map(({ id }) => id).join());
    if (found !== due) {
      faults.push(`8: \`${list}\` has the versions ${found}, and not ${due}`);
      continue;
    }
    const dataKey = rows.length === 0 ? null : await unwrapDataKey(tx, room.keyRing, partner);
    for (const [place, row] of rows.entries()) {
      const meant = told(versions[place]?.rows ?? []);
      if (looked.files.get(row.segment) === meant) continue;
      const held = dataKey === null ? [] : await contentOf(world, row, dataKey);
      if (held.join("\n") !== meant) faults.push(contentFault(list, held, meant));
      looked.files.set(row.segment, meant);
    }
  }
  return faults;
}

function contentFault(list: string, held: readonly string[], meant: string): string {
  const due = meant.split("\n");
  const more = held.filter((one) => !due.includes(one));
  const fewer = due.filter((one) => !held.includes(one));
  return `9: a version of \`${list}\` holds ${more.join("; ")} too much and lacks ${fewer.join("; ")}`;
}

async function contentOf({ matcher }: World, { segment }: VersionRow, dataKey: Uint8Array): Promise<string[]> {
  const rows = await matcher.stored({ segment, dataKey }, tokensOfEverybody(matcher));
  return rows
    .map(({ record, attributes, consents }) => `${record} ${attributes["tier"] ?? ""} ${consents.join()}`)
    .sort();
}

function tokensOfEverybody(matcher: Matcher): readonly NamedToken[] {
  return tokensOf({ matcher }, EVERY_IDENTIFIER.map(hashOf));
}

async function countFaults(tx: Transaction, truth: Truth, partners: readonly PartnerId[]): Promise<string[]> {
  const counted = (partner: string, ...acts: readonly string[]) =>
    acts.reduce((sum, act) => sum + (truth.counts.get(`${partner} ${act}`) ?? 0), 0);
  const faults: string[] = [];
  for (const partner of partners) {
    if ((await tx.erasures.count(partner)) !== counted(partner, "people-erased"))
      faults.push(`4: \`${partner}\` has other erasures than the log tells of`);
    const objected = counted(partner, ...OBJECTIONS);
    if ((await tx.objections.count(partner)) !== objected)
      faults.push(`4: \`${partner}\` has other objections than the log tells of`);
  }
  return faults;
}

const OBJECTIONS = ["people-objected", "objection-lifted", "consent-withdrawn", "consent-restored"];

/** What must hold of a room at rest, in which nothing is at work: every file is named, and what is named is there. */
export async function fileFaults(world: World): Promise<string[]> {
  return world.store.read({ name: "look at files", parties: EVERYBODY }, async (tx) => {
    const [segments, stagings] = [await tx.versions.segments(), await tx.uploads.openIds()];
    const names = world.files();
    const isNamed = (name: string) => segments.includes(name) || stagings.some((id) => name.startsWith(`${id} `));
    return [
      ...names.filter((name) => !isNamed(name)).map((name) => `8: nothing names the file ${name}`),
      ...segments.filter((name) => !names.includes(name)).map((name) => `8: the file ${name} is not there`),
    ];
  });
}

/** What must be gone of a room that has kept house: versions and answers that had ended by a moment before that. */
export async function keptFaults({ store }: World, truth: Truth, by: number): Promise<string[]> {
  const over = [...truth.given.values()].filter(({ expiresAt }) => expiresAt <= by).map(({ id }) => id);
  const answers = await store.read({ name: "look at answers", parties: EVERYBODY }, (tx) => tx.releases.named(over));
  const versions = [...truth.lists.values()].flatMap((listed) => listed.versions.filter(({ endsAt }) => endsAt <= by));
  return [
    ...answers.filter(({ receipt }) => receipt !== "").map(({ id }) => `9: the answer ${id} is kept past its end`),
    ...versions.map(({ id }) => `9: the version ${id} is kept past its end`),
  ];
}

/** What must hold of the log and the ledger as a whole: worked out anew from the first entry on. */
export async function wholeFaults(world: World, room: Ports["room"]): Promise<string[]> {
  const checked = await checkRestored({ store: world.store, room });
  return checked.ok ? [] : [`7: ${checked.error}`];
}
