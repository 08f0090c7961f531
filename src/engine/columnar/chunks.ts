// A part's stream cut into chunks of whole rows, which threads read side by side while more comes in. The first chunk
// is read where it arrives: it may begin with the header, and its cells say whether the list follows its convention.

import { LIMITS } from "../../domain/limits.ts";
import type { Matcher } from "../../ports/matcher.ts";
import { type ListFault, noCounts, type RowCounts } from "../../wire/list/fault.ts";
import { lastRowEnd } from "../../wire/list/row-end.ts";
import type { Engine } from "./engine.ts";
import { beginReading, type Chunk, type ReadChunk, type ReadingSettings, readingScratchBytes } from "./reading.ts";
import type { SealedFileWriter } from "./sealed-file.ts";
import type { FrameEntry } from "./staged-part.ts";
import type { Job } from "./threads/crew.ts";
import { sideBySide } from "./turns.ts";

/** A part of a list as it arrives, and what is to become of it. */
export type Part = Parameters<Matcher["stagePart"]>[0];

export type ChunkReading = {
  push(block: Uint8Array): Promise<ListFault | null>;
  end(): Promise<ListFault | null>;
  /** Waits for what is under way, and gives back what the reading held. */
  stop(): Promise<void>;
  columns(): readonly string[];
  /** What became of the rows, once the end is read. */
  counts(): RowCounts;
  entries(): readonly FrameEntry[];
};

export function readInChunks(engine: Engine, part: Part, file: SealedFileWriter): ChunkReading {
  const waiting = waitingBytes(slotBytesOf(engine, 0));
  const chunks = chunkReader(engine, part, { file, onRead: waiting.takeBack });
  let next = 0;
  const cut = async (isLast: boolean): Promise<void> => {
    const bytes = waiting.all();
    const end = isLast ? bytes.length : lastRowEnd(bytes);
    if (end >= 0)
      await chunks.read({ bytes: waiting.cutAt(end, slotBytesOf(engine, next + 1)), index: next++, isLast });
    else if (bytes.length >= LIMITS.rowBytes * 2) await chunks.refuseLongRow();
  };
  return {
    push: async (block) => {
      for (let at = 0; at < block.length && chunks.fault() === null; ) {
        at += waiting.add(block, at);
        if (waiting.count() >= chunkBytesOf(engine, next)) await cut(false);
      }
      return chunks.fault();
    },
    end: async () => {
      if (chunks.fault() === null) await cut(true);
      await chunks.settled();
      return chunks.fault();
    },
    stop: async () => {
      await chunks.settled();
      waiting.clear();
      chunks.end();
    },
    columns: chunks.columns,
    counts: chunks.counts,
    entries: chunks.entries,
  };
}

/** Chunks of a part that are short: the first is read here, and a short list is to keep every thread at work. */
const SHORT_CHUNKS = 32;
const SHORT_SHARE = 1 / 4;

/** Bytes of a chunk by its place in the part. */
function chunkBytesOf({ chunkBytes }: Engine, index: number): number {
  return index < SHORT_CHUNKS ? chunkBytes * SHORT_SHARE : chunkBytes;
}

/** Room for a chunk, and for whatever a block brings beyond it. */
function slotBytesOf(engine: Engine, index: number): number {
  return chunkBytesOf(engine, index) + 2 * LIMITS.rowBytes;
}

/** A chunk's bytes on their way to a thread; used again once it is read. */
type Slot = { readonly bytes: Uint8Array<ArrayBuffer>; used: number };

/** Bytes that wait to be cut into chunks. */
function waitingBytes(firstSlotBytes: number) {
  const spare: Slot[] = [];
  const slotOf = (length: number): Slot => {
    const fits = spare.findIndex(({ bytes }) => bytes.length >= length);
    return spare.splice(fits, fits < 0 ? 0 : 1)[0] ?? { bytes: new Uint8Array(length), used: 0 };
  };
  let slot = slotOf(firstSlotBytes);
  return {
    count: () => slot.used,
    all: () => slot.bytes.subarray(0, slot.used),
    /** Takes in what there is room for of a block from a place on, and answers how much that is. */
    add: (block: Uint8Array, at: number): number => {
      const length = Math.min(slot.bytes.length - slot.used, block.length - at);
      slot.bytes.set(block.subarray(at, at + length), slot.used);
      slot.used += length;
      return length;
    },
    /** Hands over so many bytes; those behind them go on waiting, in a slot that has room for `nextBytes` at least. */
    cutAt: (end: number, nextBytes: number): Uint8Array<ArrayBuffer> => {
      const filled = slot;
      slot = slotOf(nextBytes);
      slot.bytes.set(filled.bytes.subarray(end, filled.used));
      slot.used = filled.used - end;
      return filled.bytes.subarray(0, end);
    },
    /** Takes back a slot whose bytes were handed over and are read. */
    takeBack: (buffer: ArrayBuffer) => {
      spare.push({ bytes: new Uint8Array(buffer), used: 0 });
    },
    clear: () => {
      for (const one of [slot, ...spare]) one.bytes.fill(0);
    },
  };
}

type Reading = { readonly file: SealedFileWriter; readonly onRead: (buffer: ArrayBuffer) => void };

/** Reads chunks: the first here, the others side by side. */
function chunkReader(engine: Engine, part: Part, { file, onRead }: Reading) {
  const works = readingWorks(engine, part, file);
  const entries: FrameEntry[] = [];
  const total = emptyTotal();
  const others = sideBySide();
  let columns: readonly string[] = [];
  let fault: ListFault | null = null;
  let job: Job<"read"> | null = null;
  const take = (index: number, read: ReadChunk) => {
    const found = total.add(index, read);
    fault ??= found;
    entries.push(...read.frames);
    file.syncSoon();
    onRead(read.bytes.buffer);
  };
  const readFirst = async (chunk: Chunk) => {
    const read = await works.here(chunk);
    columns = read.columns;
    take(chunk.index, read);
  };
  return {
    read: async (chunk: Chunk): Promise<void> => {
      if (chunk.index === 0) return readFirst(chunk);
      job ??= works.begin(columns);
      const work = job.run(chunk, [chunk.bytes.buffer]).then((read) => take(chunk.index, read));
      await others.add(work, job.width);
    },
    refuseLongRow: async () => {
      // Where the row stands, and whether anything before it is at fault, is known once all of that is read.
      await others.settled();
      if (!others.hasFailed()) fault ??= rowTooLong(total.lines() + 1);
    },
    /** What is at fault in the list, as far as it is read; fails as the reading failed. */
    fault: (): ListFault | null => {
      others.check();
      return fault;
    },
    settled: others.settled,
    end: () => {
      job?.end();
      job = null;
    },
    columns: () => columns,
    counts: total.counts,
    entries: () => entries,
  };
}

/** How chunks are read: on this thread, or by the crew once the columns are known. */
function readingWorks(engine: Engine, part: Part, file: SealedFileWriter) {
  const base = settingsOf(engine, part, file);
  const scratchBytes = readingScratchBytes(base);
  return {
    here: async (chunk: Chunk): Promise<ReadChunk> =>
      (await engine.here(scratchBytes, (thread) => beginReading(thread, base)(chunk))).outcome,
    begin: (columns: readonly string[]): Job<"read"> => {
      const isLarge = base.tokenisers === undefined;
      return engine.crew.begin("read", { ...base, columns, isFirst: false }, { scratchBytes, isLarge });
    },
  };
}

function settingsOf(engine: Engine, part: Part, file: SealedFileWriter): ReadingSettings {
  const tokenisers = engine.tokenisersOf(part.schema);
  return {
    schema: part.schema,
    change: part.change,
    ...(part.columns === undefined ? {} : { columns: part.columns }),
    isFirst: true,
    tokenKeys: engine.tokenKeysOf(part.schema),
    recordKey: engine.recordKeyOf(part.dataKey),
    sink: file.sink,
    ...(tokenisers === null ? {} : { tokenisers }),
  };
}

function rowTooLong(line: number): ListFault {
  const says = `a row is longer than ${LIMITS.rowBytes} bytes; a quote may have been left open`;
  return { kind: "list-unreadable", says, line };
}

const COUNTED = ["read", "accepted", "blank", "cleared", "rejected"] as const;

/** Adds up what became of the rows of each chunk; lines are known once all chunks before are read. */
function emptyTotal() {
  const early = new Map<number, ReadChunk>();
  const total = noCounts();
  let lines = 0;
  let next = 0;
  const absorb = ({ counts, lines: more, fault }: ReadChunk): ListFault | null => {
    for (const name of COUNTED) total[name] += counts[name];
    for (const reject of counts.rejects) {
      if (total.rejects.length < LIMITS.rejectedRowsKept) total.rejects.push({ ...reject, line: reject.line + lines });
    }
    for (const [reason, rows] of Object.entries(counts.byReason)) {
      // SAFETY: the keys of a count by reason are reasons.
      const known = reason as keyof typeof counts.byReason;
      total.byReason[known] = (total.byReason[known] ?? 0) + rows;
    }
    const before = lines;
    lines += more;
    return fault === null || fault.line === undefined ? fault : { ...fault, line: fault.line + before };
  };
  return {
    lines: () => lines,
    counts: () => total,
    /** Takes a chunk's figures; answers the first fault in the order of the list, as far as it is known. */
    add: (index: number, read: ReadChunk): ListFault | null => {
      early.set(index, read);
      let fault: ListFault | null = null;
      for (let ready = early.get(next); ready !== undefined && fault === null; ready = early.get(next)) {
        early.delete(next++);
        fault = absorb(ready);
      }
      return fault;
    },
  };
}
