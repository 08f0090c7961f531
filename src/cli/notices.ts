// `concordat subject notices` and `subject acknowledge`: what is to be removed from lists that one holds, and the word
// that it was.

import type { Command } from "commander";
import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import { verifyNotice } from "../client/verify-notice.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { spreadsheetCell } from "../wire/list/spreadsheet-cell.ts";
import { describe } from "./describe.ts";
import { aligned, grouped } from "./figures.ts";
import { writePrivately } from "./files.ts";
import { pinnedKey } from "./room-key.ts";
import { actInRoom, everyItem, type SessionCall, told } from "./session.ts";
import { type Outcome, type Refusal, type Terminal, unverified } from "./terminal.ts";

type Notice = components["schemas"]["RemovalNotice"];

const optionsSchema = z.object({ out: z.string().optional() });

export function addNotices(subject: Command, terminal: Terminal): void {
  const notices = describe(
    subject.command("notices"),
    "fetch notices to remove records from lists that you hold, each verified by the room's key",
    ["concordat subject notices -o remove.csv"],
  ).option("-o, --out <file>", "where the record references go, as CSV with notice, release and record");
  actInRoom(terminal, notices, fetchNotices);
  const acknowledge = describe(
    subject.command("acknowledge [notice...]"),
    "acknowledge notices that you have acted on; without any, say that there was nothing to do",
    ["concordat subject acknowledge ntc_..."],
  );
  actInRoom(terminal, acknowledge, acknowledgeNotices);
}

async function fetchNotices({ session, options, terminal }: SessionCall): Promise<Outcome> {
  const notices = await everyItem((after) =>
    session.client.call((api) => api.GET("/v1/subjects/notices", { params: { query: after } })),
  );
  if (!notices.ok) return notices;
  const fault = await faultOf(terminal, options, { notices: notices.value, recipient: session.profile.partner });
  if (!fault.ok) return fault;
  const { out } = optionsSchema.parse(options);
  const kept = out === undefined ? ok("") : await writePrivately(out, csvOf(notices.value));
  if (!kept.ok) return kept;
  return ok({ json: notices.value, lines: noticeLines(notices.value, out) });
}

async function faultOf(
  terminal: Terminal,
  options: unknown,
  { notices, recipient }: { readonly notices: readonly Notice[]; readonly recipient: string },
): Promise<Result<null, Refusal>> {
  if (notices.length === 0) return ok(null);
  const key = await pinnedKey(terminal, options);
  if (!key.ok) return key;
  for (const { signed, ...shown } of notices) {
    const verified = verifyNotice(signed, { recipient, key: key.value });
    if (!verified.ok) return err(unverified(`notice ${shown.id} does not verify: ${verified.error}`));
    const { id, release, remove, records } = verified.value;
    const isAsShown = JSON.stringify([id, release, remove, records]) === JSON.stringify(Object.values(inOrder(shown)));
    if (!isAsShown) return err(unverified(`notice ${shown.id} is shown otherwise than it was signed`));
  }
  return ok(null);
}

function inOrder({ id, release, remove, records }: Omit<Notice, "signed">) {
  return { id, release, remove, records };
}

function noticeLines(notices: readonly Notice[], out: string | undefined): string[] {
  if (notices.length === 0) return ["nothing is to be removed from any list that you hold"];
  const rows = notices.map(({ id, release, remove, records }) => [
    id,
    release,
    remove === "list" ? "the whole list" : `${grouped(records.length)} records`,
  ]);
  const where = out === undefined ? "name a file with -o for the record references" : `record references: in ${out}`;
  return [
    "remove from lists that you hold, and wherever you have passed them on to:",
    ...aligned([["notice", "list", "remove"], ...rows], 2),
    where,
    "when it is done: `concordat subject acknowledge NOTICE...`",
  ];
}

// A list that is to go whole has one row without a reference.
function csvOf(notices: readonly Notice[]): string {
  const rows = notices.flatMap(({ id, release, remove, records }) =>
    (remove === "list" ? [""] : records).map((record) => `${id},${release},${spreadsheetCell(record)}\r\n`),
  );
  return ["notice,release,record\r\n", ...rows].join("");
}

async function acknowledgeNotices({ session, operands }: SessionCall): Promise<Outcome> {
  const body = { notices: [...operands] };
  const answer = await session.client.call((api) => api.POST("/v1/subjects/notices/acknowledgements", { body }));
  return told(answer, ({ notices }) => ({
    json: { notices },
    lines: [notices.length === 0 ? "nothing to acknowledge, and that is logged" : `acknowledged: ${notices.join(" ")}`],
  }));
}
