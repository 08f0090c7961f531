// A raw list becomes hashed parts as it streams by: one goes to the room while the next is hashed. Where the cuts fall
// and what each part packs to depends on the list alone, so an upload that broke off goes on where it was.

import { sha256 } from "@noble/hashes/sha2.js";
import { cutList } from "../../client/cut-list.ts";
import { doctorLines } from "../../client/local/doctor-lines.ts";
import { csvLine, type HashReport, hashList } from "../../client/local/hash-list.ts";
import { odditiesOf } from "../../client/local/oddities.ts";
import { REFUSAL_SENTENCES } from "../../client/local/refusals.ts";
import { concatBytes, toHex, utf8 } from "../../domain/bytes.ts";
import { readerOf, setAnew } from "../../domain/languages.ts";
import { PROBLEMS, type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { Hashing, Told } from "./list-messages.ts";

declare const navigator: { readonly languages: readonly string[] };

/** The page at the other end: `tell` hands a message over, `taken` waits until the part before it is with the room. */
export type Page = {
  readonly tell: (told: Told, handed?: readonly ArrayBuffer[]) => void;
  readonly taken: () => Promise<void>;
};

/** Hashes a list, tells how far it is, and hands its parts over one by one. Ends with `hashed` or `failed`. */
export async function hashForUpload(asked: Hashing, page: Page): Promise<void> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const refused = refusedFile();
  const cutting = handParts(chunksOf(readable), { known: asked.known, page });
  const hashing = hashList({
    schema: asked.schema,
    source: chunksOf(asked.file.stream()),
    change: asked.change,
    columns: new Map(asked.columns),
    country: asked.country,
    write: (piece) => writer.write(piece),
    refusing: refused.add,
    progress: (rows, bytes) => page.tell({ kind: "progress", rows, bytes }),
  });
  const ended = hashing.then(async (report) => {
    await (report.ok ? writer.close() : writer.abort());
    return report;
  });
  // Whichever of the two gives up takes the other with it; what the cutting says of the list comes first.
  const [read, cut] = await Promise.allSettled([ended, cutting]);
  if (cut.status === "fulfilled" && !cut.value.ok) return page.tell(failed(cut.value.error));
  if (read.status === "rejected") throw read.reason;
  if (!read.value.ok) return page.tell(failed(read.value.error));
  if (cut.status === "rejected") throw cut.reason;
  if (cut.value.ok) page.tell(hashed(read.value.value, cut.value.value, refused.whole()));
}

function failed({ kind, detail, extra }: Problem): Told {
  const isHashed = extra?.["reason"] === "already-hashed";
  if (isHashed) return { kind: "failed", says: HASHED, next: "choose another column, or export the raw values" };
  return { kind: "failed", says: inTheirWay(detail), next: PROBLEMS[kind].next };
}

const HASHED = "a column that should hold raw values holds digests: hashed again they would be digests of nobody";

// The client library speaks in the notation of documents; this page, as the languages of its browser have it.
function inTheirWay(says: string): string {
  return setAnew(says, readerOf(navigator.languages.join(",")), []);
}

function hashed(report: HashReport, digests: readonly string[], refusedRows: Blob | null): Told {
  const { rows, emitted, blank, refused, rejects } = report;
  return {
    kind: "hashed",
    digests,
    counts: { rows, hashed: emitted, blank, refused: refused.total },
    oddities: odditiesOf(report).map((one) => ({ ...one, says: inTheirWay(one.says) })),
    lines: doctorLines(report)
      .filter((line) => !line.startsWith("to do:"))
      .map(inTheirWay),
    isRefused: rejects.isExceeded || emitted === 0,
    refusedRows,
  };
}

type Handing = { readonly known: readonly string[]; readonly page: Page };

// The room's parts of an earlier try must be those of this list, or it is another list.
async function handParts(
  chunks: AsyncIterable<Uint8Array>,
  { known, page }: Handing,
): Promise<Result<readonly string[], Problem>> {
  const digests: string[] = [];
  let before: Promise<void> = Promise.resolve();
  for await (const cut of cutList(asResults(chunks))) {
    if (!cut.ok) return cut;
    const bytes = await packed(cut.value);
    const digest = toHex(sha256(new Uint8Array(bytes)));
    digests.push(digest);
    const there = known[digests.length - 1];
    if (there === digest) continue;
    if (there !== undefined) return err(problem("part-mismatch", ANOTHER));
    await before;
    before = page.taken();
    page.tell({ kind: "part", number: digests.length, digest, bytes }, [bytes]);
  }
  await before;
  return ok(digests);
}

const ANOTHER = "this is not the file, or not the choice of columns, with which the upload was begun";

async function* asResults(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Result<Uint8Array, Problem>> {
  for await (const chunk of chunks) yield ok(chunk);
}

/** The chunks of a stream, which not every browser gives as an iterable. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel();
  }
}

// Gzip (RFC 1952) of the same bytes by the same browser is the same, whatever came before.
async function packed(part: Uint8Array): Promise<ArrayBuffer> {
  const stream = new Blob([new Uint8Array(part)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** Rows in memory until they fill this much, and then in a blob, which the browser may keep on disk. */
const BLOCK_BYTES = 1_048_576;

function refusedFile() {
  const blocks: Blob[] = [];
  let lines: Uint8Array[] = [];
  let held = 0;
  const flush = () => {
    if (lines.length > 0) blocks.push(new Blob([new Uint8Array(concatBytes(...lines))]));
    lines = [];
    held = 0;
  };
  const add: NonNullable<Parameters<typeof hashList>[0]["refusing"]> = ({ cells }, { line, column, reason }) => {
    const text = utf8(csvLine([String(line), column, REFUSAL_SENTENCES[reason], ...cells]));
    lines.push(text);
    held += text.length;
    if (held > BLOCK_BYTES) flush();
  };
  const whole = () => {
    flush();
    if (blocks.length === 0) return null;
    return new Blob([csvLine(["line", "column", "why", "row"]), ...blocks], { type: "text/csv" });
  };
  return { add, whole };
}
