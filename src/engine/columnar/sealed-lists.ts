// The sealed lists of a room: they come in, are sealed, laid over each other, dropped and swept here, and people of
// them are looked up. Whatever compares them, here or in a database, compares what was sealed here.

import { hash } from "node:crypto";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import {
  chainTokeniser,
  linkKey,
  linksSince,
  type RoomKeyChain,
  schemeOf,
  tokenAgain,
  tokenKeysOf,
} from "../../domain/identifier/token-chain.ts";
import { type Tokeniser, type TokenName, tokenNameOf } from "../../domain/identifier/token-kernel.ts";
import { compileKernels } from "../../kernels/load.ts";
import type { ListVersion, Matcher } from "../../ports/matcher.ts";
import { kindsOf } from "../../wire/list/columns.ts";
import { arenaOf } from "./arena.ts";
import { callsOn } from "./calls.ts";
import { droppingFrom } from "./dropping.ts";
import type { Engine } from "./engine.ts";
import { holdersIn, tokensBy } from "./holders.ts";
import { type Layout, layoutOf, makeFolders } from "./layout.ts";
import { recordKeyOf } from "./record-key.ts";
import { rekeyVersion } from "./rekeying.ts";
import { everyListOf, type Listed } from "./rooms.ts";
import { sealUpload } from "./seal.ts";
import { type Shelf, type Stay, shelfIn } from "./shelf.ts";
import { stagePart } from "./stage.ts";
import { storedRows } from "./stored.ts";
import { findFiles, sweep, withDependencies } from "./sweeping.ts";
import { crewOf } from "./threads/crew.ts";
import { toolsOf } from "./threads/thread.ts";
import { openVersion, type Version } from "./version.ts";

export type ColumnarOptions = {
  /** Made when it does not exist; nobody else writes in it. */
  readonly directory: string;
  /** 32 bytes; Secret. */
  readonly roomKey: Uint8Array;
  /** Keys that rotations put behind it, the first first; none when absent. Secret. */
  readonly roomLinks?: readonly Uint8Array[];
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

/** Does the work of a question about lists, which stay as long as it does. */
export type About = <Value>(lists: readonly Listed[], work: (stay: Stay) => Promise<Value>) => Promise<Value>;

export type SealedLists = {
  readonly engine: Engine;
  readonly about: About;
  /** A version, opened under its key: who has not the key is refused, though it is in memory. */
  versionOf(stay: Stay, version: ListVersion): Promise<Version>;
  /** All of a matcher that does not compare lists. */
  readonly keeping: Omit<Matcher, "overlap" | "crossTab" | "select" | "difference" | "drift">;
};

/** Fewer are done before another thread has woken. */
const LARGE_TOKENS = 500_000;
const LARGE_ROWS = 100_000;

/** A chunk's rows make a few frames; a thread is told of each, which costs as much as some hundred rows. */
const CHUNK_BYTES = 2_097_152;

/** Opens the lists of a directory. */
export function sealedLists(options: ColumnarOptions): SealedLists {
  const layout = layoutOf(options.directory);
  makeFolders(layout);
  const engine = engineOf(layout, options);
  const shelf = shelfIn(engine.arena);
  const forget = (segment: string) => shelf.retain((key) => !segmentsIn(key).includes(segment));
  const dropping = droppingFrom(layout, forget);
  const about: About = (lists, work) => {
    const segments = [...new Set([...everyListOf(lists)].map(({ segment }) => segment))];
    return dropping.during(segments, () => duringStay(shelf, work));
  };
  const versionOf = versionsOf(engine);
  const keeping: SealedLists["keeping"] = {
    scheme: engine.scheme,
    stagePart: (part) => stagePart(engine, part),
    seal: (upload) =>
      dropping.during(upload.base === undefined ? [] : [upload.base.segment], () => sealUpload(engine, upload)),
    tokensOf: tokensBy((name) => options.tokeniserOf?.(name) ?? chainTokeniser(chainIn(options), name)),
    tokensAgain: ({ scheme, tokens }) => {
      const links = linksSince(chainIn(options), scheme);
      return links === null ? null : tokens.map(({ name, token }) => ({ name, token: tokenAgain(token, name, links) }));
    },
    rekey: (list) => dropping.during([list.segment], () => rekeyVersion(engine, list)),
    holders: ({ schema, ...list }, tokens) =>
      about([list], async (stay) => holdersIn(engine, stay, { version: await versionOf(stay, list), schema, tokens })),
    stored: (list, tokens) =>
      about([list], async (stay) => storedRows(engine, stay, { version: await versionOf(stay, list), tokens })),
    dropStaging: (staging) => rm(layout.staging(staging), { recursive: true, force: true }),
    dropSegment: dropping.drop,
    sweep: async (named) => {
      const found = await findFiles(layout);
      const files = await named();
      const segments = await withDependencies(layout, files.segments);
      shelf.retain((key) => segmentsIn(key).every((name) => segments.has(name)));
      await sweep(layout, found, { ...files, segments });
    },
    memory: () => ({ bytes: engine.arena.bytes, freeBytes: engine.arena.free() }),
    end: () => engine.crew.end(),
  };
  return { engine, about, versionOf, keeping };
}

async function duringStay<Value>(shelf: Shelf, work: (stay: Stay) => Promise<Value>): Promise<Value> {
  const stay = shelf.stay();
  try {
    return await work(stay);
  } finally {
    stay.end();
  }
}

function versionsOf(engine: Engine): SealedLists["versionOf"] {
  return async (stay, { segment, dataKey }) => {
    const open = () => openVersion(engine.layout, segment, dataKey);
    const version: Version = await stay.hold(openedName(segment, dataKey), open);
    if (version.manifest.scheme !== engine.scheme)
      throw new Error("a segment's tokens were made under another room key");
    return version;
  };
}

/** What an opened version is kept under: being in memory opens it to no other key. */
function openedName(segment: string, dataKey: Uint8Array): string {
  return `version ${segment} under ${hash("sha256", dataKey, "base64url")}`;
}

/** The segments that the name of something kept names. */
function segmentsIn(key: string): readonly string[] {
  return key.match(/\b[0-9a-f]{64}\b/g) ?? [];
}

function chainIn({ roomKey, roomLinks = [] }: ColumnarOptions): RoomKeyChain {
  return [roomKey, ...roomLinks];
}

/** The engine over a directory, without the questions. */
export function engineOf(layout: Layout, options: ColumnarOptions): Engine {
  const arena = arenaOf(options.memoryBytes);
  const module = options.kernels === "plain" ? null : compileKernels();
  const tools = toolsOf({ memory: arena.memory, module });
  const chain = chainIn(options);
  const crew = crewOf({ arena, module, threads: options.threads ?? availableParallelism() });
  const largeRows = options.largeRows ?? LARGE_ROWS;
  return {
    ...callsOn(crew, tools.kernels, largeRows),
    layout,
    arena,
    crew,
    scheme: schemeOf(chain),
    tokenKeysOf: (schema) => kindsOf(schema).map((kind) => tokenKeysOf(chain, tokenNameOf(schema, kind))),
    linkKeysSince: (scheme, schema) => {
      const links = linksSince(chain, scheme);
      if (links === null) throw new Error("a segment's tokens were made under another room key");
      return kindsOf(schema).map((kind) => links.map((link) => linkKey(link, tokenNameOf(schema, kind))));
    },
    tokenisersOf: (schema) => {
      const { tokeniserOf } = options;
      return tokeniserOf === undefined ? null : kindsOf(schema).map((kind) => tokeniserOf(tokenNameOf(schema, kind)));
    },
    recordKeyOf,
    here: async (scratchBytes, work) => {
      const scratch = scratchBytes === 0 ? 0 : await arena.takeForWork(scratchBytes);
      try {
        return await work({ ...tools, scratch });
      } finally {
        if (scratch > 0) arena.giveBack(scratch);
      }
    },
    largeTokens: options.largeTokens ?? LARGE_TOKENS,
    largeRows,
    chunkBytes: options.chunkBytes ?? CHUNK_BYTES,
    keepsPairings: options.keepsPairings ?? true,
  };
}
