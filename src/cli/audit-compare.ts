// `concordat audit compare` and `audit proof`: two checkpoints of a room held against each other, without the room. Two
// partners that were shown two histories find it here, and have the room's own signatures to show for it.

import type { Command } from "commander";
import { z } from "zod";
import { type Compared, compareNotes, type Evidence, formatEvidence, parseEvidence } from "../client/witness.ts";
import { type LogKey, parseLogKey } from "../crypto/log-key.ts";
import { rawPublicKey, verifierKey } from "../crypto/signed-note.ts";
import { fromBase64Url } from "../domain/bytes.ts";
import { parseStrictJson } from "../domain/canonical-json.ts";
import { isoInstant, unixMillis } from "../domain/instant.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { grouped } from "./figures.ts";
import { readJson, readText, writePrivately } from "./files.ts";
import { KEY_OPTION, trustedKey } from "./room-key.ts";
import { actInRoom, type SessionCall } from "./session.ts";
import {
  act,
  type Call,
  failed,
  misused,
  type Outcome,
  type Refusal,
  refusedByRoom,
  type Terminal,
  unverified,
} from "./terminal.ts";

const optionsSchema = z.object({ proof: z.string().optional(), out: z.string().optional() });
const proofFile = z.looseObject({ proof: z.array(z.string()).max(64) });

export function addCompare(audit: Command, terminal: Terminal): void {
  act(
    terminal,
    describe(
      audit.command("compare <first> [second]"),
      "hold two checkpoints of a room against each other, offline; exit code 5 where they contradict",
      [
        "concordat audit compare mine.txt theirs.txt -o evidence.json",
        "concordat audit compare evidence.json    # what another partner or a witness found",
      ],
    )
      .option("--proof <file>", "a consistency proof between their sizes, as `audit proof` fetches it")
      .option("-o, --out <file>", "where the evidence goes when they contradict")
      .option(...KEY_OPTION),
    (call) => compare(terminal, call),
  );
  actInRoom(
    terminal,
    describe(audit.command("proof <first> <second>"), "fetch the proof that the log only grew between two sizes", [
      "concordat audit proof 120 340 -o proof.json",
    ]).option("-o, --out <file>", "where it goes (default: standard output)"),
    fetchProof,
  );
}

type Held = { readonly note: string; readonly proof: { readonly from: number; readonly hashes: string[] } | null };

async function compare(terminal: Terminal, { operands, options }: Call): Promise<Outcome> {
  const [first = "", second] = operands;
  const { proof: proofPath, out } = optionsSchema.parse(options);
  const text = await readText(first);
  if (!text.ok) return text;
  const key = await trustedKey(terminal, options);
  const evidence = parseEvidence(text.value);
  if (second === undefined) {
    return evidence.ok ? readEvidence(evidence.value, key) : err(misused("one file alone must be evidence", FORM));
  }
  if (!key.ok) return key;
  const left = heldIn(text.value, first);
  const right = await held(second);
  if (!left.ok) return left;
  if (!right.ok) return right;
  const given = proofPath === undefined ? ok(null) : await proofIn(proofPath);
  if (!given.ok) return given;
  const pair = [left.value.note, right.value.note] as const;
  const bare = compareNotes(key.value, pair, null);
  if (!bare.ok) return err(unverified(bare.error));
  const proof = given.value ?? proofWithin([left.value, right.value], bare.value);
  const compared = proof === null ? bare : compareNotes(key.value, pair, proof);
  if (!compared.ok) return err(unverified(compared.error));
  const at = isoInstant(unixMillis(terminal.world.clock()));
  return verdict(compared.value, { key: key.value, pair, proof, at, out });
}

const FORM = "give two files: checkpoints, exports, receipts, releases or witnesses' memories";

type Judged = {
  readonly key: LogKey;
  readonly pair: readonly [string, string];
  readonly proof: readonly string[] | null;
  readonly at: string;
  readonly out: string | undefined;
};

async function verdict({ kind, smaller, larger }: Compared, judged: Judged): Promise<Outcome> {
  const sizes = { smaller: smaller.size, larger: larger.size };
  const json = { verdict: kind, ...sizes };
  if (kind === "same") return ok({ json, lines: [`the same: one tree of ${grouped(larger.size)} entries`] });
  if (kind === "grown")
    return ok({ json, lines: [`consistent: ${grouped(larger.size)} entries begin with the ${grouped(smaller.size)}`] });
  if (kind === "unproven") {
    const fetching = `concordat audit proof ${smaller.size} ${larger.size} -o proof.json`;
    const next = `\`${fetching}\`, then again with --proof proof.json`;
    const says = `nothing here proves that ${grouped(larger.size)} entries begin with the ${grouped(smaller.size)}`;
    return err({ ...failed(says, next), json: { error: says, next, ...json } });
  }
  if (kind === "another-log") return err({ ...unverified("they are of two logs"), json });
  return contradiction(kind, { judged, sizes });
}

async function contradiction(
  kind: "two-roots" | "not-grown",
  { judged, sizes }: { readonly judged: Judged; readonly sizes: { readonly smaller: number; readonly larger: number } },
): Promise<Outcome> {
  const { pair, proof, at, out, key } = judged;
  const evidence = { kind, kept: pair[0], shown: pair[1], proof, at, key: textOf(key) };
  const written = out === undefined ? null : await writePrivately(out, formatEvidence(evidence));
  if (written?.ok === false) return written;
  const says = CONTRADICTIONS[kind](sizes.smaller, sizes.larger);
  const lines = [
    `error: ${says}`,
    ...pair.flatMap((note) =>
      note
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`),
    ),
  ];
  const kept = out === undefined ? "give -o FILE to keep both as evidence" : `evidence: ${out}`;
  const json = { error: says, verdict: kind, ...sizes, first: pair[0], second: pair[1], evidence: out ?? null };
  return err({ ...unverified(says), lines: [...lines, kept], json });
}

const CONTRADICTIONS = {
  "two-roots": (size: number) =>
    `the room has signed two histories: two roots for one size of the log, ${grouped(size)} entries`,
  "not-grown": (first: number, second: number) =>
    `the proof does not lead from ${grouped(first)} entries to ${grouped(second)}: the log did not only grow`,
} as const;

// Evidence names the room's key; whoever has pinned one trusts that alone.
function readEvidence(evidence: Evidence, trusted: Result<LogKey, Refusal>): Outcome {
  const named = parseLogKey(evidence.key);
  if (!named.ok) return err(unverified("the evidence names no key of a room"));
  if (trusted.ok && textOf(trusted.value) !== textOf(named.value)) {
    return err(unverified("the evidence is of another room than the key that is trusted"));
  }
  const compared = compareNotes(named.value, [evidence.kept, evidence.shown], evidence.proof);
  if (!compared.ok) return err(unverified(`the evidence does not hold: ${compared.error}`));
  const { kind, kept, shown, smaller, larger } = compared.value;
  const isTrusted = trusted.ok;
  const by = isTrusted ? "the room's key" : `the key that it names, ${evidence.key}: compare it with the room's`;
  const json = { kind: evidence.kind, verdict: kind, kept: kept.size, shown: shown.size, at: evidence.at, isTrusted };
  const signed = `both checkpoints, of ${grouped(kept.size)} and ${grouped(shown.size)} entries, are signed by ${by}`;
  if (kind === "two-roots" || kind === "not-grown") {
    const lines = [`the evidence holds: ${CONTRADICTIONS[kind](smaller.size, larger.size)}`, signed];
    return ok({ json: { ...json, holds: true }, lines });
  }
  if (evidence.kind === "behind" && kind === "unproven" && shown.size < kept.size) {
    const says = `on ${evidence.at} the room showed the smaller after the larger, and said that its log was no longer`;
    const lines = [`two signatures, and a witness's word: ${says}`, signed];
    return ok({ json: { ...json, holds: true }, lines });
  }
  return err({ ...unverified("the evidence does not hold: the two checkpoints go together"), json });
}

async function fetchProof({ session, operands, options }: SessionCall): Promise<Outcome> {
  const [first, second] = operands.map(Number);
  if (first === undefined || second === undefined || ![first, second].every(Number.isSafeInteger)) {
    return err(misused("a size is a number of entries", "look at the second line of each checkpoint"));
  }
  const query = { first: Math.min(first, second), second: Math.max(first, second) };
  const answer = await session.client.call((api) => api.GET("/v1/audit/proofs/consistency", { params: { query } }));
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const { out } = optionsSchema.parse(options);
  const text = `${JSON.stringify(answer.value)}\n`;
  if (out === undefined) return ok({ text });
  const written = await writePrivately(out, text);
  return written.ok ? ok({ json: { out }, lines: [`the proof is in ${out}`] }) : written;
}

async function proofIn(path: string): Promise<Result<string[], Refusal>> {
  const json = await readJson(path);
  if (!json.ok) return json;
  const file = proofFile.safeParse(json.value);
  return file.success ? ok(file.data.proof) : err(misused(`\`${path}\` holds no proof`));
}

async function held(path: string): Promise<Result<Held, Refusal>> {
  const text = await readText(path);
  return text.ok ? heldIn(text.value, path) : text;
}

const documentSchema = z.looseObject({
  checkpoint: z.string().optional(),
  receipt: z.string().optional(),
  consistency: z.object({ from: z.object({ size: z.number() }), proof: z.array(z.string()) }).optional(),
});

/** The checkpoint that a file holds, whatever the room gave it as. */
function heldIn(text: string, path: string): Result<Held, Refusal> {
  const nothing = err(misused(`\`${path}\` holds no checkpoint`, FORM));
  if (text.split("\n").length > 3 && !text.startsWith("{")) return ok({ note: text, proof: null });
  const json = parseStrictJson(text.trim());
  const document = json.ok ? documentSchema.safeParse(json.value) : null;
  const { checkpoint, consistency, receipt } = document?.success === true ? document.data : {};
  if (checkpoint !== undefined) {
    const proof = consistency === undefined ? null : { from: consistency.from.size, hashes: consistency.proof };
    return ok({ note: checkpoint, proof });
  }
  const payload = fromBase64Url((receipt ?? text.trim()).split(".")[1] ?? "");
  const inside = payload.ok ? parseStrictJson(new TextDecoder().decode(payload.value)) : null;
  const receipted = inside?.ok === true ? documentSchema.safeParse(inside.value) : null;
  const note = receipted?.success === true ? receipted.data.checkpoint : undefined;
  return note === undefined ? nothing : ok({ note, proof: null });
}

// An export made with a kept checkpoint carries the proof from it to its own.
function proofWithin(both: readonly [Held, Held], { smaller, larger, kept, shown }: Compared): string[] | null {
  if (smaller.size === larger.size) return null;
  const own = smaller === kept ? both[1] : both[0];
  const isFromOther = own.proof?.from === (smaller === kept ? kept : shown).size;
  return isFromOther ? (own.proof?.hashes ?? null) : null;
}

function textOf({ name, key }: LogKey): string {
  return verifierKey(name, rawPublicKey(key));
}
