// The columnar matcher: lists in sealed files of one machine, compared in memory. Its design, and what it costs, is
// told in ../README.md.

import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import {
  TOKEN_SCHEME,
  type Tokeniser,
  type TokenName,
  tokeniser,
  tokenKey,
  tokenNameOf,
} from "../../domain/identifier/token-kernel.ts";
import { compileKernels } from "../../kernels/load.ts";
import type { ComparedList, Contacts, ListVersion, Matcher, Selection } from "../../ports/matcher.ts";
import { kindsOf } from "../../wire/list/columns.ts";
import { arenaOf } from "./arena.ts";
import { absentFrom, contactedBy, type RecordsOfList } from "./contacts.ts";
import { crossTabOf } from "./cross-tab.ts";
import { driftOf } from "./drift.ts";
import { droppingFrom } from "./dropping.ts";
import type { Engine } from "./engine.ts";
import { holdersIn, tokensBy } from "./holders.ts";
import { type Layout, layoutOf, makeFolders } from "./layout.ts";
import type { Two } from "./matched.ts";
import { overlapOfMany, overlapOfTwo } from "./questions.ts";
import { recordKeyOf } from "./record-key.ts";
import { everyListOf, type Listed, type Party, partyOf, wholeList } from "./rooms.ts";
import { sealUpload } from "./seal.ts";
import { differenceOf, selectRecords } from "./selection.ts";
import { type Shelf, type Stay, shelfIn } from "./shelf.ts";
import { stagePart } from "./stage.ts";
import { storedRows } from "./stored.ts";
import { sweep, withDependencies } from "./sweeping.ts";
import { crewOf } from "./threads/crew.ts";
import { toolsOf } from "./threads/thread.ts";
import { openVersion, type Version } from "./version.ts";

export type ColumnarOptions = {
  /** Made when it does not exist; nobody else writes in it. */
  readonly directory: string;
  /** 32 bytes; Secret. */
  readonly roomKey: Uint8Array;
  /** Names the room key in the scheme of every version sealed under it. */
  readonly roomKeyVersion: number;
  /** Bytes that sealing and questions may use together, up to 4 GiB; what is kept between questions is among them. */
  readonly memoryBytes: number;
  /** Threads beside the one that asks. As many as there are processors when absent. */
  readonly threads?: number;
  /** Which kernels do the work; WebAssembly, where the machine can run it, when absent. */
  readonly kernels?: "wasm" | "plain";
  /** Tokens of two tables from which on other threads compare them. Half a million when absent. */
  readonly largeTokens?: number;
  /** Rows of a list from which on other threads seal and load them. A hundred thousand when absent. */
  readonly largeRows?: number;
  /** Bytes of a part that one thread reads at a time; the first are read by the one that asks. 1 MiB when absent. */
  readonly chunkBytes?: number;
  /** Whether what two versions have in common is kept for the next question. True when absent. */
  readonly keepsPairings?: boolean;
  /** Another way to make tokens, for tests that need tokens which look alike. */
  readonly tokeniserOf?: (name: TokenName) => Tokeniser;
};

/** Fewer are done before another thread has woken. */
const LARGE_TOKENS = 500_000;
const LARGE_ROWS = 100_000;

/** A chunk's rows make a few frames; a thread is told of each, which costs as much as some hundred rows. */
const CHUNK_BYTES = 2_097_152;

export function columnarMatcher(options: ColumnarOptions): Matcher {
  const layout = layoutOf(options.directory);
  makeFolders(layout);
  const engine = engineOf(layout, options);
  const shelf = shelfIn(engine.arena);
  const forget = (segment: string) => shelf.retain((key) => !segmentsIn(key).includes(segment));
  const dropping = droppingFrom(layout, forget);
  return {
    ...questionsTo(engine, (lists, work) => {
      const segments = [...new Set([...everyListOf(lists)].map(({ segment }) => segment))];
      return dropping.during(segments, () => duringStay(shelf, work));
    }),
    scheme: engine.scheme,
    stagePart: (part) => stagePart(engine, part),
    seal: (upload) =>
      dropping.during(upload.base === undefined ? [] : [upload.base.segment], () => sealUpload(engine, upload)),
    tokensOf: tokensBy((name) => options.tokeniserOf?.(name) ?? tokeniser(options.roomKey, name)),
    dropStaging: (staging) => rm(layout.staging(staging), { recursive: true, force: true }),
    dropSegment: dropping.drop,
    sweep: async (kept) => {
      const segments = await withDependencies(layout, kept.segments);
      shelf.retain((key) => segmentsIn(key).every((name) => segments.has(name)));
      await sweep(layout, { ...kept, segments });
    },
    end: () => engine.crew.end(),
  };
}

/** Does the work of a question about lists. */
type About = <Value>(lists: readonly Listed[], work: (stay: Stay) => Promise<Value>) => Promise<Value>;

async function duringStay<Value>(shelf: Shelf, work: (stay: Stay) => Promise<Value>): Promise<Value> {
  const stay = shelf.stay();
  try {
    return await work(stay);
  } finally {
    stay.end();
  }
}

type Questions = Pick<Matcher, "overlap" | "crossTab" | "select" | "difference" | "drift" | "holders" | "stored">;

function questionsTo(engine: Engine, about: About): Questions {
  const { partiesOf, twoOf, versionOf } = partiesFor(engine);
  const records = async (stay: Stay, selection: Selection) => {
    const two = await twoOf(stay, selection);
    return (await selectRecords(engine, stay, { two, maximum: Number.MAX_SAFE_INTEGER })).records;
  };
  return {
    drift: (before, after) =>
      about([before, after].map(wholeList), async (stay) => {
        const [left, right] = await partiesOf(stay, [before, after].map(wholeList));
        if (left === undefined || right === undefined) throw new Error("two versions are compared");
        return driftOf(engine, stay, { left, right });
      }),
    overlap: (lists, identifiers) =>
      about(lists, async (stay) => {
        const parties = await partiesOf(stay, lists);
        const [left, right] = parties;
        const [kind] = identifiers;
        if (left === undefined || right === undefined || kind === undefined) throw new Error("nothing to compare");
        if (parties.length === 2) return overlapOfTwo(engine, stay, { left, right, identifiers });
        if (identifiers.length > 1) throw new Error("three lists or more are compared by one identifier");
        return overlapOfMany(engine, stay, { parties, kind });
      }),
    crossTab: (query) =>
      about(query.lists, async (stay) => {
        const parties = await partiesOf(stay, query.lists);
        return crossTabOf(engine, stay, { ...query, parties });
      }),
    select: ({ maximum, coin, ...selection }) =>
      about([selection.own, selection.other], async (stay) =>
        selectRecords(engine, stay, { two: await twoOf(stay, selection), coin, maximum }),
      ),
    difference: (left, right) =>
      about([left.own, left.other, right.own, right.other], async (stay) =>
        differenceOf(await records(stay, left), await records(stay, right)),
      ),
    holders: ({ schema, ...list }, tokens) =>
      about([list], async (stay) => holdersIn(engine, stay, { version: await versionOf(stay, list), schema, tokens })),
    stored: (list, tokens) =>
      about([list], async (stay) => storedRows(engine, stay, { version: await versionOf(stay, list), tokens })),
  };
}

/** Finds the lists that a question names; they stay open as long as it does. */
function partiesFor(engine: Engine) {
  const versionOf = async (stay: Stay, { segment, dataKey }: ListVersion): Promise<Version> => {
    const open = () => openVersion(engine.layout, segment, dataKey);
    const version: Version = await stay.hold(openedName(segment, dataKey), open);
    if (version.manifest.scheme !== engine.scheme)
      throw new Error("a segment's tokens were made under another room key");
    return version;
  };
  const party = async (stay: Stay, list: ComparedList): Promise<Party> => {
    const version = await versionOf(stay, list);
    const recordsOfList = (contacts: Contacts) => contactedIn(stay, contacts);
    const partyOfList = (other: ComparedList) => party(stay, other);
    const absentRows = () => absentFrom(engine, stay, { version, list, partyOfList, recordsOfList });
    return partyOf(engine, stay, { version, list, absentRows });
  };
  // A list that several later ones counted is made again once a question.
  const contacted = new WeakMap<Stay, Map<string, ReturnType<RecordsOfList>>>();
  const contactedIn = async (stay: Stay, contacts: Contacts): Promise<readonly string[]> => {
    const known = contacted.get(stay) ?? new Map<string, ReturnType<RecordsOfList>>();
    contacted.set(stay, known);
    const key = `${contacts.name} ${contacts.own.segment}`;
    const made = known.get(key) ?? twoOf(stay, contacts).then((two) => contactedBy(engine, stay, { two, contacts }));
    known.set(key, made);
    return made;
  };
  const partiesOf = async (stay: Stay, lists: readonly ComparedList[]) => {
    const parties: Party[] = [];
    for (const list of lists) parties.push(await party(stay, list));
    return parties;
  };
  const twoOf = async (stay: Stay, { own, other, identifiers }: Selection): Promise<Two> => ({
    left: await party(stay, own),
    right: await party(stay, other),
    identifiers,
  });
  return { partiesOf, twoOf, versionOf };
}

/** What an opened version is kept under: being in memory opens it to no other key. */
function openedName(segment: string, dataKey: Uint8Array): string {
  return `version ${segment} under ${createHash("sha256").update(dataKey).digest("base64url")}`;
}

/** The segments that the name of something kept names. */
function segmentsIn(key: string): readonly string[] {
  return key.match(/\b[0-9a-f]{64}\b/g) ?? [];
}

/** The engine over a directory, without the questions. */
export function engineOf(layout: Layout, options: ColumnarOptions): Engine {
  const arena = arenaOf(options.memoryBytes);
  const module = options.kernels === "plain" ? null : compileKernels();
  const tools = toolsOf({ memory: arena.memory, module });
  return {
    layout,
    arena,
    crew: crewOf({ arena, module, threads: options.threads ?? availableParallelism() }),
    scheme: `${TOKEN_SCHEME}:${options.roomKeyVersion}`,
    tokenKeysOf: (schema) => kindsOf(schema).map((kind) => tokenKey(options.roomKey, tokenNameOf(schema, kind))),
    tokenisersOf: (schema) => {
      const { tokeniserOf } = options;
      return tokeniserOf === undefined ? null : kindsOf(schema).map((kind) => tokeniserOf(tokenNameOf(schema, kind)));
    },
    recordKeyOf,
    here: async (scratchBytes, work) => {
      const scratch = scratchBytes === 0 ? 0 : await arena.takeForWork(scratchBytes);
      try {
        return work({ ...tools, scratch });
      } finally {
        if (scratch > 0) arena.giveBack(scratch);
      }
    },
    largeTokens: options.largeTokens ?? LARGE_TOKENS,
    largeRows: options.largeRows ?? LARGE_ROWS,
    chunkBytes: options.chunkBytes ?? CHUNK_BYTES,
    keepsPairings: options.keepsPairings ?? true,
  };
}
