// `concordat audit`: the log as it concerns one, exported, and verified without the room.

import type { Command } from "commander";
import { z } from "zod";
import { formatLogKey, handOverNotes } from "../crypto/log-key.ts";
import { type AuditEntry, decodeEntry } from "../domain/audit/entry.ts";
import { err, ok } from "../domain/result.ts";
import { addCompare } from "./audit-compare.ts";
import { addExports, kept } from "./audit-export.ts";
import { addVerify } from "./audit-verify.ts";
import { addWitnesses } from "./audit-witnesses.ts";
import { describe } from "./describe.ts";
import { aligned } from "./figures.ts";
import { keepProfile } from "./profiles.ts";
import { followRoomKey, pinnedKey, readRoomKey } from "./room-key.ts";
import { actInRoom, type SessionCall } from "./session.ts";
import { failed, type Outcome, refusedByRoom, type Terminal } from "./terminal.ts";

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
  addExports(audit, terminal);
  actInRoom(
    terminal,
    describe(audit.command("checkpoint"), "fetch the log's last signed checkpoint, to keep and compare later", [
      "concordat audit checkpoint -o kept.txt",
    ])
      .option("-o, --out <file>", "where it goes (default: standard output)")
      .option("--cosigned", "the last one that is published for witnesses, with the lines of those that cosigned it"),
    checkpoint,
  );
  addVerify(audit, terminal);
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

async function roomKey({ session, terminal, options }: SessionCall): Promise<Outcome> {
  const { name, ...profile } = session.profile;
  const pinned = profile.roomKey === undefined ? null : await pinnedKey(terminal, options);
  if (pinned?.ok === false) return pinned;
  const shown = pinned === null ? await readRoomKey(profile.url) : await followRoomKey(profile.url, pinned.value);
  if (!shown.ok) return shown;
  const key = formatLogKey(shown.value);
  const handOvers = handOverNotes(shown.value).length;
  const isNew = pinned !== null && key !== formatLogKey(pinned.value);
  const kept =
    isNew && name !== null ? await keepProfile(terminal.world, name, { ...profile, roomKey: key }) : ok(null);
  if (!kept.ok) return kept;
  const compared = pinned === null ? "no key is pinned for this room" : "it is the one pinned in the profile";
  const led = isNew ? ["the key pinned has handed the log over since: the profile follows it now"] : [];
  return ok({ json: { key, isPinned: pinned !== null, handOvers }, lines: [key, compared, ...led] });
}

function shortened(value: string): string {
  return value.length > 24 ? `${value.slice(0, 12)}…` : value;
}
