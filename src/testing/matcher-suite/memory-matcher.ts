// A matcher in memory, slow and obvious: rows in Maps under the names of stagings and versions. It shows that the suite
// can be passed, and each of its laws broken.

import { randomBytes } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { type DatasetSchema, IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import { type TokenName, tokenNameOf } from "../../domain/identifier/token-kernel.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type {
  ComparedList,
  Holders,
  ListRefusal,
  Matcher,
  NamedToken,
  ReadPart,
  SealedVersion,
} from "../../ports/matcher.ts";
import type { MatcherOptions } from "./made.ts";
import { countCells, countRegions, matchPeople, type Party, peopleOf, roomOf } from "./memory-people.ts";
import { measureNames, type PartRead, type ReadRows, readPart } from "./memory-reader.ts";
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
};

export function memoryMatcher(options: MatcherOptions): { readonly matcher: Matcher; names(): readonly string[] } {
  const room: Room = { stagings: new Map(), versions: new Map() };
  const { tokeniserOf } = options;
  const tokenOf =
    tokeniserOf === undefined
      ? tokenMaker(options.roomKey)
      : (kind: IdentifierKind, digest: Uint8Array) => tokenBy(tokeniserOf(kind), digest);
  const party = (list: ComparedList) => partyOf(room, list);
  const select: Matcher["select"] = async ({ own, other, identifiers, maximum }) => {
    const { matches } = matchPeople(party(own), party(other), identifiers);
    const records = [...matches.keys()].map(({ speaker }) => speaker.record);
    return { count: records.length, records: records.length > maximum ? [] : records };
  };
  const matcher: Matcher = {
    scheme: SCHEME,
    stagePart: async (part) => stage(room, part, await readPart(part, tokenOf)),
    seal: (upload) => seal(room, upload),
    dropStaging: async (staging) => void room.stagings.delete(staging),
    dropSegment: async (segment) => void room.versions.delete(segment),
    sweep: async ({ segments, stagings }) => {
      for (const name of room.versions.keys()) if (!segments.has(name)) room.versions.delete(name);
      for (const name of room.stagings.keys()) if (!stagings.has(name)) room.stagings.delete(name);
    },
    overlap: async (lists, identifiers) => countRegions(lists.map(party), identifiers),
    crossTab: async (query) => countCells(query.lists.map(party), query),
    select,
    difference: async (left, right) => {
      const [lefts, rights] = [
        await select({ ...left, maximum: Number.POSITIVE_INFINITY }),
        await select({ ...right, maximum: Number.POSITIVE_INFINITY }),
      ].map(({ records }) => new Set(records));
      if (lefts === undefined || rights === undefined) throw new Error("two selections");
      return { onlyLeft: countMissing(lefts, rights), onlyRight: countMissing(rights, lefts) };
    },
    tokensOf: (hashed) => hashed.map(({ name, digest }) => ({ name, token: tokenOf(kindIn(name), digest) })),
    holders: async (list, tokens) => holdersAmong(versionOf(room, list.segment, list.dataKey), tokens),
    end: async () => {},
  };
  const partNames = () =>
    [...room.stagings].flatMap(([name, parts]) => [...parts.keys()].map((number) => `${name} ${number}`));
  return { matcher, names: () => [...room.versions.keys(), ...partNames()] };
}

/** A name is a kind, but for external ids, whose namespace follows. */
function kindIn(name: TokenName): IdentifierKind {
  return name.startsWith("external:") ? "external" : (IDENTIFIER_KINDS.find((kind) => kind === name) ?? "email");
}

function holdersAmong({ people, schema }: Version, wanted: readonly NamedToken[]): Holders {
  const tokensOf = ({ rows }: Version["people"][number]) =>
    rows.flatMap(({ tokens }) =>
      IDENTIFIER_KINDS.flatMap((kind, place) => {
        const token = tokens[place];
        return token === null || token === undefined ? [] : [{ name: tokenNameOf(schema, kind), token }];
      }),
    );
  const isWanted = ({ name, token }: NamedToken) => wanted.some((one) => one.name === name && one.token === token);
  const found = people.filter((one) => tokensOf(one).some(isWanted));
  const records = new Set(found.flatMap(({ rows }) => rows.map(({ record }) => record)));
  const tokens = new Map(found.flatMap(tokensOf).map((one) => [`${one.name} ${one.token}`, one]));
  return { people: found.length, records: [...records], tokens: [...tokens.values()] };
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

async function seal(room: Room, upload: Parameters<Matcher["seal"]>[0]): Promise<SealedVersion> {
  const { change, schema, dataKey, signal, onProgress } = upload;
  const { rows, increment } = changed(room, upload);
  const rowsTotal = rows.length;
  for (const rowsSealed of [0, Math.floor(rowsTotal / 2), rowsTotal]) {
    signal?.throwIfAborted();
    onProgress?.({ rowsSealed, rowsTotal });
    await turn();
  }
  const people = peopleOf(rows);
  const segment = randomBytes(32).toString("hex");
  room.versions.set(segment, { schema, dataKey, rows, people });
  return {
    segment,
    people: people.length,
    duplicates: rowsTotal - people.length,
    bytes: JSON.stringify(rows).length,
    increment: change === "replace" ? null : increment,
    scheme: SCHEME,
  };
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
  return { schema, measures: measureNames(schema), room: roomOf(people, schema, list) };
}
