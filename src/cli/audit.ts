// `concordat audit`: the log as it concerns one, exported, and verified without the room.

import type { Command } from "commander";
import { z } from "zod";
import { openCheckpoint, verifyAuditExport } from "../client/verify.ts";
import type { VerifierKey } from "../crypto/signed-note.ts";
import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import { type AuditEntry, decodeEntry } from "../domain/audit/entry.ts";
import { toBase64Url } from "../domain/bytes.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { addCompare } from "./audit-compare.ts";
import { addWitnesses } from "./audit-witnesses.ts";
import { describe } from "./describe.ts";
import { aligned, grouped } from "./figures.ts";
import { readText, writePrivately } from "./files.ts";
import { KEY_OPTION, pinnedKey, readRoomKey, trustedKey } from "./room-key.ts";
import { actInRoom, type SessionCall } from "./session.ts";
import {
  act,
  type Call,
  failed,
  type Outcome,
  type Refusal,
  refusedByRoom,
  type Terminal,
  unverified,
} from "./terminal.ts";

const optionsSchema = z.object({
  from: z.coerce.number().optional(),
  out: z.string().optional(),
  checkpoint: z.string().optional(),
  cosigned: z.boolean().optional(),
});

export function addAudit(program: Command, terminal: Terminal): void {
  const audit = describe(program.command("audit"), "read the log, export it, and verify it without the room");
  actInRoom(
    terminal,
    describe(audit.command("list"), "show the entries that concern you", ["concordat audit list --from 40"]).option(
      "--from <index>",
      "begin at this entry",
    ),
    list,
  );
  actInRoom(
    terminal,
    describe(audit.command("export"), "fetch everything that concerns you, with its proofs", [
      "concordat audit export -o log.json --checkpoint kept.txt",
    ])
      .option("-o, --out <file>", "where it goes (default: standard output)")
      .option("--checkpoint <file>", "a checkpoint kept from earlier: adds the proof that the log only grew since"),
    (call) => exportLog(call, terminal),
  );
  actInRoom(
    terminal,
    describe(audit.command("checkpoint"), "fetch the log's last signed checkpoint, to keep and compare later", [
      "concordat audit checkpoint -o kept.txt",
    ])
      .option("-o, --out <file>", "where it goes (default: standard output)")
      .option("--cosigned", "the last one that is published for witnesses, with the lines of those that cosigned it"),
    checkpoint,
  );
  act(
    terminal,
    describe(audit.command("verify <file>"), "verify an exported log offline", [
      "concordat audit verify log.json --checkpoint kept.txt",
    ])
      .option("--checkpoint <file>", "a checkpoint kept from earlier, which the log must extend")
      .option(...KEY_OPTION),
    (call) => verify(terminal, call),
  );
  actInRoom(
    terminal,
    describe(audit.command("key"), "show the room's verifier key, and compare it with the one pinned", [
      "concordat audit key",
    ]),
    roomKey,
  );
  addCompare(audit, terminal);
  addWitnesses(audit, terminal);
}

async function list({ session, options }: SessionCall): Promise<Outcome> {
  const entries: AuditEntry[] = [];
  let from: number | null = optionsSchema.parse(options).from ?? 0;
  while (from !== null) {
    const query: { from: number } = { from };
    const page = await session.client.call((api) => api.GET("/v1/audit/entries", { params: { query } }));
    if (!page.ok) return err(refusedByRoom(page.error));
    for (const { entry } of page.value.items) {
      const decoded = decodeEntry(entry);
      if (!decoded.ok) return err(failed("the room shows an entry that is none", "tell the operator"));
      entries.push(decoded.value);
    }
    from = page.value.next;
  }
  const rows = entries.map(({ index, at, act: what, actor, subject }) => [
    String(index),
    at,
    what,
    "partner" in actor ? actor.partner : "the room",
    Object.entries(subject)
      .map(([name, value]) => `${name} ${shortened(value)}`)
      .join(", "),
  ]);
  return ok({ json: entries, lines: aligned([["index", "at", "act", "by", "about"], ...rows]) });
}

async function exportLog({ session, options }: SessionCall, terminal: Terminal): Promise<Outcome> {
  const { out, checkpoint: file } = optionsSchema.parse(options);
  const earlier = file === undefined ? ok(null) : await keptCheckpoint(file, await pinnedKey(terminal, options));
  if (!earlier.ok) return earlier;
  const tree = earlier.value;
  const query = tree === null ? {} : { size: tree.size, root: toBase64Url(tree.root) };
  const answer = await session.client.call((api) =>
    api.GET("/v1/audit/export", { params: { query }, parseAs: "text" }),
  );
  if (!answer.ok) return err(refusedByRoom(answer.error));
  return kept(out, { text: answer.value }, "the log");
}

async function checkpoint({ session, options }: SessionCall): Promise<Outcome> {
  const { out, cosigned } = optionsSchema.parse(options);
  const answer =
    cosigned === true
      ? await session.client.call((api) => api.GET("/v1/audit/checkpoint", { parseAs: "text" }))
      : await session.client.call((api) => api.GET("/v1/audit/head"));
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const note = typeof answer.value === "string" ? answer.value : answer.value.checkpoint;
  return kept(out, { text: note, json: { checkpoint: note } }, "the checkpoint");
}

type Fetched = { readonly text: string; readonly json?: unknown };

async function kept(out: string | undefined, fetched: Fetched, what: string): Promise<Outcome> {
  if (out === undefined) return ok(fetched);
  const written = await writePrivately(out, fetched.text);
  return written.ok ? ok({ json: { out }, lines: [`${what} is in ${out}`] }) : written;
}

async function verify(terminal: Terminal, { operands, options }: Call): Promise<Outcome> {
  const key = await trustedKey(terminal, options);
  if (!key.ok) return key;
  const text = await readText(operands[0] ?? "");
  if (!text.ok) return text;
  const file = optionsSchema.parse(options).checkpoint;
  const earlier = file === undefined ? ok(null) : await keptCheckpoint(file, key);
  if (!earlier.ok) return earlier;
  const verified = verifyAuditExport(text.value, key.value, earlier.value ?? undefined);
  if (!verified.ok) {
    const { index, says, kind } = verified.error;
    const refusal = unverified(index === undefined ? says : `entry ${index}: ${says}`);
    return err({ ...refusal, json: { isVerified: false, kind, says, ...(index === undefined ? {} : { index }) } });
  }
  const { origin, size, entries, root } = verified.value;
  const since = earlier.value === null ? "" : `; it only grew since it had ${grouped(earlier.value.size)}`;
  const lines = [
    `verified: ${grouped(entries.length)} entries stand in the log ${origin}`,
    `the log has ${grouped(size)} entries${since}`,
  ];
  const json = { isVerified: true, origin, size, root: toBase64Url(root), entries: entries.length };
  return ok({ json, lines });
}

async function keptCheckpoint(file: string, key: Result<VerifierKey, Refusal>): Promise<Result<Checkpoint, Refusal>> {
  if (!key.ok) return key;
  const note = await readText(file);
  if (!note.ok) return note;
  const opened = openCheckpoint(note.value, key.value);
  return opened.ok ? opened : err(unverified(`\`${file}\`: ${opened.error}`));
}

async function roomKey({ session }: SessionCall): Promise<Outcome> {
  const { url, roomKey: pinned } = session.profile;
  const shown = await readRoomKey(url);
  if (!shown.ok) return shown;
  if (pinned !== undefined && pinned !== shown.value) {
    return err(unverified(`the room shows ${shown.value}, and the profile has pinned ${pinned}`));
  }
  const compared = pinned === undefined ? "no key is pinned for this room" : "it is the one pinned in the profile";
  return ok({ json: { key: shown.value, isPinned: pinned !== undefined }, lines: [shown.value, compared] });
}

function shortened(value: string): string {
  return value.length > 24 ? `${value.slice(0, 12)}…` : value;
}
