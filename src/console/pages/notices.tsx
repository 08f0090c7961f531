// Notices to a company that holds lists: which of its own records are to be removed, as a page or a file, and the word
// that they were. Fetching is an entry of the log, so it is a form and no link.

import { acknowledgeNotices, fetchNotices, type WaitingNotice } from "../../app/read-notices.ts";
import { LIMITS } from "../../domain/limits.ts";
import { counted } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { spreadsheetCell } from "../../wire/list/spreadsheet-cell.ts";
import { ActForm, Digest, Empty } from "../pieces.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";

const BACK = <a href="/console/rights">Back to rights</a>;

/** The notices that wait, as a page or as CSV with notice, release and record. */
export async function postNotices({ ports, caller, form, token, reader }: Visit): Promise<Result<Shown, Problem>> {
  const fetched = await fetchNotices(ports, { caller, page: { after: null, limit: LIMITS.pageItems } });
  if (!fetched.ok) return fetched;
  const { notices } = fetched.value;
  if (form.get("as") === "file") {
    return ok({ kind: "pieces", type: "text/csv; charset=utf-8", name: "remove.csv", pieces: linesOf(notices) });
  }
  const main = (
    <>
      <p class="note">
        Remove these records of yours from the lists, wherever they went. A notice says neither who asked for it nor
        why.
      </p>
      {notices.length === 0 && <Empty>No notice waits for you. Acknowledge that there was nothing to do.</Empty>}
      <ul class="rows">
        {notices.map(({ id, notice }) => (
          <li>
            List <Digest text={notice.release} what="the release that gave the list" />
            {notice.remove === "list"
              ? ": remove all of it"
              : `: remove ${counted(notice.records.length, "record", reader.notation)}`}
            {notice.records.length > 0 && <pre>{notice.records.join("\n")}</pre>}
            <span class="unseen">{id}</span>
          </li>
        ))}
      </ul>
      <p>Once acknowledged, what a notice said is deleted here, and cannot be fetched again.</p>
      <ActForm to="/console/rights/acknowledgement" token={token}>
        {notices.map(({ id }) => (
          <input type="hidden" name="notice" value={id} />
        ))}
        <button type="submit">{notices.length === 0 ? "Acknowledge that none waited" : "I have removed them"}</button>
      </ActForm>
    </>
  );
  return ok({ kind: "page", title: "Notices", main, act: BACK });
}

async function* linesOf(notices: readonly WaitingNotice[]): AsyncIterable<string> {
  yield "notice,release,record\r\n";
  for (const { id, notice } of notices) {
    const records = notice.remove === "list" ? [""] : notice.records;
    yield records.map((record) => `${id},${notice.release},${quoted(spreadsheetCell(record))}\r\n`).join("");
  }
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Acknowledges the notices that the page named. */
export async function postAcknowledgement({ ports, caller, form }: Visit): Promise<Result<Shown, Problem>> {
  const unkept = { ...ports, ...UNKEPT };
  const acknowledged = await acknowledgeNotices(unkept, { caller, notices: form.getAll("notice") });
  return acknowledged.ok ? ok({ kind: "go", to: "/console/rights#past" }) : acknowledged;
}
