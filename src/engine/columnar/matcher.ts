// The columnar matcher: lists in sealed files of one machine, compared in memory. Its design, and what it costs, is
// told in ../README.md.

import { mkdirSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { TOKEN_SCHEME, tokeniser } from "../../domain/identifier/token-kernel.ts";
import type { Crosswalk } from "../../domain/matching/crosswalk.ts";
import type { ComparedList, Matcher } from "../../ports/matcher.ts";
import { keptWithin } from "./kept.ts";
import { type Layout, layoutOf, SEGMENT_ENDING } from "./layout.ts";
import { type OpenedSegment, openSegment } from "./opened.ts";
import {
  overlapOfMany,
  overlapOfTwo,
  type Pairings,
  type Party,
  pairingsMade,
  partyOf,
  selectRecords,
} from "./questions.ts";
import { sealUpload } from "./seal.ts";
import { syncDirectory, UNFINISHED } from "./sealed-file.ts";
import { countOnTwoThreads } from "./second-thread.ts";
import { stagePart, type TokeniserOf } from "./stage.ts";

/** Counts of shared tokens that are kept: a few hundred kilobytes with their names. */
const COUNTS_KEPT = 1_000;

export type ColumnarOptions = {
  /** Made when it does not exist; nobody else writes in it. */
  readonly directory: string;
  /** 32 bytes; Secret. */
  readonly roomKey: Uint8Array;
  /** Names the room key in the scheme of every version sealed under it. */
  readonly roomKeyVersion: number;
  /** Bytes of opened segments and crosswalks kept in memory between questions. */
  readonly memoryBytes: number;
  /** Tokens of two tables from which on a second thread helps to count. Half a million when absent. */
  readonly twoThreadsFromTokens?: number;
  /** Whether the crosswalk of two versions is kept for the next question. True when absent. */
  readonly keepsCrosswalks?: boolean;
  /** Another way to make tokens, for tests that need tokens which look alike. */
  readonly tokeniserOf?: TokeniserOf;
};

/** Fewer are counted before the other thread has woken. */
const TWO_THREADS_FROM_TOKENS = 500_000;

export function columnarMatcher(options: ColumnarOptions): Matcher {
  const layout = layoutOf(options.directory);
  for (const path of [layout.segments, layout.stagings]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const scheme = `${TOKEN_SCHEME}:${options.roomKeyVersion}`;
  const tokeniserOf = options.tokeniserOf ?? ((kind) => tokeniser(options.roomKey, kind));
  const opened = keptWithin<OpenedSegment>(options.memoryBytes, (segment) => segment.bytes);
  const made = pairingsMade(countOnTwoThreads(options.twoThreadsFromTokens ?? TWO_THREADS_FROM_TOKENS));
  const pairings = options.keepsCrosswalks === false ? made : keptPairings(made, options.memoryBytes / 4);
  const party = async (list: ComparedList): Promise<Party> => {
    const segment = await opened.get(list.segment, () => openSegment(layout, list.segment, list.dataKey));
    if (!segment.isOpenedBy(list.dataKey)) throw new Error("a segment is asked for with another key than its own");
    if (segment.header.scheme !== scheme) throw new Error("a segment's tokens were made under another room key");
    return partyOf(segment, list);
  };
  return {
    stagePart: (part) => stagePart(layout, tokeniserOf, part),
    seal: (upload) => sealUpload(layout, scheme, upload),
    dropStaging: (staging) => rm(layout.staging(staging), { recursive: true, force: true }),
    sweep: async (kept) => {
      opened.retain((name) => kept.segments.has(name));
      await sweep(layout, kept);
    },
    overlap: async (lists, identifiers) => {
      const parties = await Promise.all(lists.map(party));
      const [left, right] = parties;
      const [kind] = identifiers;
      if (left === undefined || right === undefined || kind === undefined) throw new Error("nothing to compare");
      if (parties.length === 2) return overlapOfTwo({ left, right, identifiers }, pairings);
      if (identifiers.length > 1) throw new Error("three lists or more are compared by one identifier");
      return overlapOfMany(parties, kind);
    },
    select: async ({ own, other, identifiers, maximum }) => {
      const [left, right] = await Promise.all([party(own), party(other)]);
      return selectRecords({ left, right, identifiers }, pairings, maximum);
    },
  };
}

/** Keeps pairings by their segments in either order: whom two lists share does not depend on who asks. */
function keptPairings(made: Pairings, budgetBytes: number): Pairings {
  const crosswalks = keptWithin<Crosswalk>(budgetBytes, (crosswalk) => crosswalk.left.length * 8);
  const counts = keptWithin<number>(COUNTS_KEPT * 8, () => 8);
  return {
    crosswalk: async (left, right, kind) => {
      const [a, b] = left.name <= right.name ? [left, right] : [right, left];
      const kept = await crosswalks.get(`${kind} ${a.name} ${b.name}`, () => made.crosswalk(a, b, kind));
      return a === left ? kept : { left: kept.right, right: kept.left };
    },
    sharedTokens: (left, right, kind) => {
      const [a, b] = left.name <= right.name ? [left, right] : [right, left];
      return counts.get(`${kind} ${a.name} ${b.name}`, () => made.sharedTokens(a, b, kind));
    },
  };
}

async function sweep(layout: Layout, kept: Parameters<Matcher["sweep"]>[0]): Promise<void> {
  for (const name of await readdir(layout.segments)) {
    const isKept = name.endsWith(SEGMENT_ENDING) && kept.segments.has(name.slice(0, -SEGMENT_ENDING.length));
    if (!isKept) await rm(join(layout.segments, name), { force: true });
  }
  for (const staging of await readdir(layout.stagings)) {
    const path = join(layout.stagings, staging);
    if (kept.stagings.has(staging)) await sweepUnfinished(path);
    else await rm(path, { recursive: true, force: true });
  }
  for (const path of [layout.segments, layout.stagings]) await syncDirectory(path);
}

async function sweepUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.endsWith(UNFINISHED)) await rm(join(directory, name), { force: true });
  }
}
