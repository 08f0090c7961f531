// A matcher in memory, slow and obvious: rows in Maps under the names of stagings and versions. It shows that the suite
// can be passed, and each of its laws broken.

import { randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { toHex } from "../../domain/bytes.ts";
import { type DatasetSchema, IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import type { TokenName } from "../../domain/identifier/token-kernel.ts";
import type { RandomBytes } from "../../domain/privacy/random.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type {
  ComparedList,
  ContactCap,
  Contacts,
  ListRefusal,
  ListVersion,
  Matcher,
  ReadPart,
  SealedVersion,
  Selection,
} from "../../ports/matcher.ts";
import type { MatcherOptions } from "./made.ts";
import { holdersAmong, isWithout, storedOf } from "./memory-holders.ts";
import {
  countCells,
  countRegions,
  matchPeople,
  type Party,
  type Person,
  peopleOf,
  peopleReached,
  roomOf,
} from "./memory-people.ts";
import { measureNames, type PartRead, type ReadRows, readerMemory, readPart } from "./memory-reader.ts";
import type { PlainRow } from "./rank.ts";
import { tokenBy, tokenMaker } from "./tokens.ts";

type Version = {
  readonly schema: DatasetSchema;
  readonly dataKey: Uint8Array;
  readonly rows: readonly PlainRow[];
  readonly people: ReturnType<typeof peopleOf>;
};

const SCHEME = "memory";

type Room = {
  readonly stagings: Map<string, Map<number, ReadRows>>;
  readonly versions: Map<string, Version>;
  /** Whom earlier lists contacted, which never changes. */
  readonly contacted: Map<string, Person[]>;
};

type Named = MatcherOptions & { readonly random?: RandomBytes };
type Made = { readonly matcher: Matcher; names(): readonly string[] };

/** A matcher in memory. `random` names its versions. */
export function memoryMatcher({ random = randomBytes, ...options }: Named): Made {
  const room: Room = { stagings: new Map(), versions: new Map(), contacted: new Map() };
  const { tokeniserOf } = options;
  const tokenOf =
    tokeniserOf === undefined
      ? tokenMaker(options.roomKey)
      : (kind: IdentifierKind, digest: Uint8Array) => tokenBy(tokeniserOf(kind), digest);
  const reading = { tokenOf, within: readerMemory() };
  const party = (list: ComparedList) => partyOf(room, list);
  const select: Matcher["select"] = async ({ maximum, ...selection }) => {
    const records = listedOf(room, selection).map(({ speaker }) => speaker.record);
    const { length: people } = party(selection.own).room;
    return { count: records.length, room: people, records: records.length > maximum ? [] : records };
  };
  const everyRecord = async (selection: Parameters<Matcher["difference"]>[0]) =>
    new Set((await select({ ...selection, maximum: Number.POSITIVE_INFINITY })).records);
  const matcher: Matcher = {
    scheme: SCHEME,
    stagePart: async (part) => stage(room, part, await readPart(part, reading)),
    seal: (upload) => seal(room, upload, toHex(random(32))),
    memory: () => ({ bytes: 0, freeBytes: 0 }),
    dropStaging: async (staging) => void room.stagings.delete(staging),
    dropSegment: async (segment) => void room.versions.delete(segment),
    sweep: async (named) => {
      const [versions, staged] = [[...room.versions.keys()], [...room.stagings.keys()]];
      const { segments, stagings } = await named();
      for (const name of versions) if (!segments.has(name)) room.versions.delete(name);
      for (const name of staged) if (!stagings.has(name)) room.stagings.delete(name);
    },
    overlap: async (lists, identifiers) => countRegions(lists.map(party), identifiers),
    crossTab: async (query) => countCells(query.lists.map(party), query),
    select,
    difference: async (left, right) => differenceOf(await everyRecord(left), await everyRecord(right)),
    tokensOf: (hashed) => hashed.map(({ name, digest }) => ({ name, token: tokenOf(kindIn(name), digest) })),
    tokensAgain: ({ scheme, tokens }) => (scheme === SCHEME ? tokens : null),
    rekey: async ({ schema, ...list }) =>
      sealed(room, { ...versionOf(room, list.segment, list.dataKey), schema }, toHex(random(32))),
    holders: async (list, tokens) => holdersAmong(versionOf(room, list.segment, list.dataKey), tokens),
    stored: async (list, tokens) => storedOf(versionOf(room, list.segment, list.dataKey), tokens),
    drift: async (before, after) => driftBetween(room, before, after),
    end: async () => {},
  };
  const partNames = () =>
    [...room.stagings].flatMap(([name, parts]) => [...parts.keys()].map((number) => `${name} ${number}`));
  return { matcher, names: () => [...room.versions.keys(), ...partNames()] };
}

function differenceOf(lefts: ReadonlySet<string>, rights: ReadonlySet<string>) {
  return { onlyLeft: countMissing(lefts, rights), onlyRight: countMissing(rights, lefts) };
}

/** A name is a kind, but for external ids, whose namespace follows. */
function kindIn(name: TokenName): IdentifierKind {
  return name.startsWith("external:") ? "external" : (IDENTIFIER_KINDS.find((kind) => kind === name) ?? "email");
}

function countMissing(names: ReadonlySet<string>, elsewhere: ReadonlySet<string>): number {
  return [...names].filter((name) => !elsewhere.has(name)).length;
}

function stage(
  { stagings }: Room,
  { staging, number }: Parameters<Matcher["stagePart"]>[0],
  read: Result<PartRead, ListRefusal>,
): Result<ReadPart, ListRefusal> {
  if (!read.ok) return err(read.error);
  const { part, rows } = read.value;
  const keep = async () => {
    const parts = stagings.get(staging) ?? new Map<number, ReadRows>();
    stagings.set(staging, parts.set(number, rows));
  };
  return ok({ part, keep, drop: async () => {} });
}

async function seal(room: Room, upload: Parameters<Matcher["seal"]>[0], segment: string): Promise<SealedVersion> {
  const { change, schema, dataKey, signal, onProgress } = upload;
  const { rows, increment } = changed(room, upload);
  const rowsTotal = rows.length;
  for (const rowsSealed of [0, Math.floor(rowsTotal / 2), rowsTotal]) {
    signal?.throwIfAborted();
    onProgress?.({ rowsSealed, rowsTotal });
    await turn();
  }
  const version = sealed(room, { rows, schema, dataKey }, segment);
  return { ...version, increment: change === "replace" ? null : increment };
}

function sealed(room: Room, version: Omit<Version, "people">, segment: string): SealedVersion {
  const { rows } = version;
  const people = peopleOf(rows);
  room.versions.set(segment, { ...version, people });
  const bytes = JSON.stringify(rows).length;
  const duplicates = rows.length - people.length;
  return { segment, people: people.length, duplicates, bytes, increment: null, scheme: SCHEME };
}

/** The rows that an upload leaves in force, and what became of those before. */
function changed(room: Room, upload: Parameters<Matcher["seal"]>[0]) {
  const staged = Array.from({ length: upload.parts }, (_, index) => {
    const part = room.stagings.get(upload.staging)?.get(index + 1);
    if (part === undefined) throw new Error(`part ${index + 1} is not staged`);
    return part;
  });
  const rows = staged.flatMap((part) => part.rows);
  const references = new Set(staged.flatMap((part) => part.references));
  const before = upload.base === undefined ? [] : versionOf(room, upload.base.segment, upload.dataKey).rows;
  const known = new Set(before.map(({ record }) => record));
  const kept = upload.change === "replace" ? [] : before.filter(({ record }) => !references.has(record));
  const added = upload.change === "delete" ? [] : rows;
  const increment = {
    rowsRemoved: before.length - kept.length,
    rowsAdded: added.length,
    referencesUnknown: countMissing(references, known),
  };
  return { rows: [...kept, ...added], increment };
}

function versionOf({ versions }: Room, segment: string, dataKey: Uint8Array): Version {
  const version = versions.get(segment);
  if (version === undefined) throw new Error("there is no such version");
  if (Buffer.compare(version.dataKey, dataKey) !== 0) throw new Error("a version is asked for with another key");
  return version;
}

function partyOf(room: Room, list: ComparedList): Party {
  const { schema, people } = versionOf(room, list.segment, list.dataKey);
  const { caps = [], without = [] } = list;
  const isWanted = isWithout(schema, without);
  const hasRoom = (one: Person) => caps.every((cap) => contactsOf(room, one, cap) < cap.count);
  const isStill = stillIn(room, list);
  const present = roomOf(people, schema, list).filter((one) => hasRoom(one) && isStill(one) && isWanted(one));
  return { schema, measures: measureNames(schema), room: present };
}

/** Whether somebody is in a later version as well, with every consent. */
function stillIn(room: Room, { still, dataKey, segment, consents }: ComparedList): (one: Person) => boolean {
  if (still === undefined) return () => true;
  const whole = { consents: [], where: [] };
  const later = { ...whole, segment: still.segment, dataKey: still.dataKey };
  const earlier = partyOf(room, { ...whole, segment, dataKey });
  const { matches } = matchPeople(earlier, partyOf(room, later), IDENTIFIER_KINDS);
  const consenting = new Set(partyOf(room, { ...later, consents }).room);
  return (one) => {
    const partner = matches.get(one);
    return partner !== undefined && consenting.has(partner);
  };
}

function driftBetween(room: Room, before: ListVersion, after: ListVersion): number {
  const [left, right] = [before, after].map((one) => partyOf(room, { ...one, consents: [], where: [] }));
  if (left === undefined || right === undefined) throw new Error("two versions are compared");
  const { matches } = matchPeople(left, right, IDENTIFIER_KINDS);
  const isChanged = ([one, other]: [Person, Person]) => valuesOf(one) !== valuesOf(other);
  const apart = left.room.length + right.room.length - 2 * matches.size + [...matches].filter(isChanged).length;
  const tokens = IDENTIFIER_KINDS.flatMap((_, kind) => {
    const [ours, theirs] = [left, right].map((one) => tokensIn(one, kind));
    return [countMissing(ours ?? new Set(), theirs ?? new Set()), countMissing(theirs ?? new Set(), ours ?? new Set())];
  });
  return Math.max(apart, ...tokens);
}

function valuesOf({ rows, speaker: { codes, measures } }: Person): string {
  return JSON.stringify([codes, measures, rows.reduce((bits, { consents }) => bits & consents, -1)]);
}

function tokensIn({ room }: Party, kind: number): ReadonlySet<string> {
  return new Set(room.flatMap(({ rows }) => rows.flatMap(({ tokens }) => tokens[kind] ?? [])));
}

/** How many of a cap's lists contacted somebody. */
function contactsOf(room: Room, { rows }: Person, { lists }: ContactCap): number {
  const records = new Set(rows.map(({ record }) => record));
  const isAmong = ({ rows: others }: Person) => others.some(({ record }) => records.has(record));
  return lists.filter((contacts) => contactedOf(room, contacts).some(isAmong)).length;
}

function contactedOf(room: Room, contacts: Contacts): Person[] {
  const key = `${contacts.name} ${contacts.own.segment} ${contacts.other.segment}`;
  const known = room.contacted.get(key);
  if (known !== undefined) return known;
  const people = contactedAnew(room, contacts);
  room.contacted.set(key, people);
  return people;
}

function contactedAnew(room: Room, contacts: Contacts): Person[] {
  if (contacts.whom === "named") return listedOf(room, contacts);
  return peopleReached(partyOf(room, contacts.own), partyOf(room, contacts.other), contacts.identifiers);
}

function listedOf(room: Room, { own, other, identifiers, coin }: Selection & Pick<Contacts, "coin">): Person[] {
  const left = partyOf(room, own);
  const { matches } = matchPeople(left, partyOf(room, other), identifiers);
  if (coin === undefined) return [...matches.keys()];
  return left.room.filter((one) => matches.has(one) !== coin.turns(one.speaker.record));
}
