// The worker that verifies the log beside a page, so that the page stays quick: it fetches from the room, runs the
// steps of `client/verify-room-log.ts` and tells of each. The page keeps what was found from one time to the next.

import "./jitless.ts";
import * as z from "zod/mini";
import { verifyReceipt } from "../../client/verify-receipt.ts";
import { type KeptLog, type LogSource, type VerifiedLog, verifyRoomLog } from "../../client/verify-room-log.ts";
import { parseCosignerKey } from "../../crypto/cosignature.ts";
import { equalBytes, toBase64Url } from "../../domain/bytes.ts";
import { type UnixMillis, unixMillis } from "../../domain/instant.ts";
import { readerOf, setAnew } from "../../domain/languages.ts";
import { setNumeral } from "../../domain/notation.ts";

declare function postMessage(message: unknown): void;
declare const navigator: { readonly languages: readonly string[] };
declare function addEventListener(type: "message", take: (event: { readonly data: unknown }) => void): void;

/** Whoever reads, by the languages that the browser asks for pages in. */
const READER = readerOf(navigator.languages.join(","));

const BASE = "/console/log/verify";

const instant = z.pipe(z.int(), z.transform(unixMillis));
const askedSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("log"),
    now: instant,
    kept: z.nullable(z.object({ key: z.string(), checkpoint: z.string(), at: instant })),
  }),
  z.object({ kind: z.literal("receipt"), text: z.string() }),
]);

const roomSchema = z.object({
  key: z.string(),
  size: z.int().check(z.nonnegative()),
  published: z.nullable(z.string()),
  witnesses: z.array(z.object({ company: z.string(), key: z.string() })),
});

let companies: readonly string[] = [];
const inTheirWay = (says: string) => setAnew(says, READER, companies);

const source: LogSource = {
  room: async () => {
    const read = roomSchema.safeParse(await (await got(`${BASE}/room`)).json());
    if (!read.success) throw new Error("its answer does not name its key, its size and its witnesses");
    const room = read.data;
    const witnesses = room.witnesses.flatMap(({ company, key }) => {
      const parsed = parseCosignerKey(key);
      return parsed.ok ? [{ company, key: parsed.value }] : [];
    });
    companies = witnesses.map(({ company }) => company);
    return { ...room, witnesses };
  },
  entries: async (earlier) => {
    const from = earlier === null ? "" : `?size=${earlier.size}&root=${toBase64Url(earlier.root)}`;
    const { body } = await got(`${BASE}/entries${from}`);
    const pieces: string[] = [];
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for (const reader = body?.getReader(); reader !== undefined; ) {
      const { value, done } = await reader.read();
      if (done) break;
      pieces.push(decoder.decode(value, { stream: true }));
    }
    return [...pieces, decoder.decode()];
  },
  leaves: async (from, until) =>
    new Uint8Array(await (await got(`${BASE}/leaves?from=${from}&until=${until}`)).arrayBuffer()),
};

let verified: VerifiedLog | null = null;

// One after the other, as they were asked.
let turn: Promise<void> = Promise.resolve();
addEventListener("message", ({ data }) => {
  const asked = askedSchema.parse(data);
  turn = turn.then(() => (asked.kind === "log" ? verifyLog(asked) : checkReceipt(asked.text)));
});

type Asked = { readonly kept: KeptLog | null; readonly now: UnixMillis };

async function verifyLog({ kept, now }: Asked): Promise<void> {
  const tell: Parameters<typeof verifyRoomLog>[0]["tell"] = (told) =>
    postMessage("says" in told ? { ...told, says: inTheirWay(told.says) } : told);
  const outcome = await verifyRoomLog({ source, kept, now, tell }).catch((failure: unknown) => {
    return {
      ok: false,
      error: `the room could not be read: ${failure instanceof Error ? failure.message : String(failure)}`,
    } as const;
  });
  verified = outcome.ok ? outcome.value : null;
  if (!outcome.ok) postMessage({ kind: "unread", says: outcome.error });
  else postMessage({ kind: "done", kept: outcome.value.kept, evidence: outcome.value.evidence });
}

async function checkReceipt(text: string): Promise<void> {
  const log = verified;
  if (log === null) {
    postMessage({
      kind: "receipt",
      isGood: false,
      says: "the log must be read before a receipt can be held against it",
    });
    return;
  }
  const checked = verifyReceipt(text, log.key);
  if (!checked.ok) {
    postMessage({ kind: "receipt", isGood: false, says: checked.error });
    return;
  }
  const { checkpoint, receipt, coversAnswer } = checked.value;
  const root = log.rootAt(checkpoint.size);
  const isHere = root !== null && equalBytes(root, checkpoint.root);
  const entry = `entry ${setNumeral(String(receipt.index), READER.notation)}`;
  const about = coversAnswer ? "the receipt and its answer hold" : "the receipt holds";
  const size = setNumeral(String(checkpoint.size), READER.notation);
  const otherwise = root === null ? "is longer than the one that was read here" : "is not the one here";
  const says = isHere
    ? `${about}: ${entry} stands in the log that was verified here`
    : `the receipt is signed, and its log of ${size} entries ${otherwise}`;
  postMessage({ kind: "receipt", isGood: isHere, says, entry: receipt.index });
}

async function got(address: string): Promise<Response> {
  const response = await fetch(address, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return response;
}
