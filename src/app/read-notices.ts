// Notices are fetched by the recipient of a list, and acknowledged when it has acted on them. Either is an entry of the
// log that only the recipient and the operator read, whether there was any notice or not: so that the log grows alike
// for somebody who does both on a timer.

import { readCanonicalPayload } from "../crypto/jws.ts";
import { open } from "../crypto/sealed-box.ts";
import { textDigest, utf8 } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { type RemovalNotice, removalNoticeSchema } from "../domain/subject/removal-notice.ts";
import type { DataKey } from "../ports/matcher.ts";
import type { NoticeRow } from "../ports/rights.ts";
import type { Page } from "../ports/rows.ts";
import { appendEntry } from "./append-entry.ts";
import { noticeLabel } from "./issue-notices.ts";
import { type Caller, type Keeping, type Ports, settle } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";

type NoticePorts = Pick<Ports, "store" | "random" | "room">;

/** A notice as it waits: what it says, and the room's signature over that (compact JWS). */
export type WaitingNotice = { readonly id: string; readonly notice: RemovalNotice; readonly signed: string };

/** A page of the notices that the caller has not acknowledged, the oldest first. Every time is an entry of the log. */
export async function fetchNotices(
  ports: NoticePorts,
  { caller, page }: { readonly caller: Caller; readonly page: Page },
): Promise<Result<{ readonly notices: readonly WaitingNotice[]; readonly page: Page }, Problem>> {
  const { partner } = caller;
  if (partner === OPERATOR) return err(nothingHeld());
  return ports.store.write({ name: "fetch notices", parties: [partner] }, async (tx) => {
    const rows = await tx.notices.waiting(partner, page);
    const dataKey = rows.length === 0 ? null : await unwrapDataKey(tx, ports.room.keyRing, partner);
    const notices = dataKey === null ? [] : rows.map((row) => opened(dataKey, row));
    const ids = notices.map(({ id }) => id);
    await tx.notices.fetch(partner, ids);
    const detail = { notices: notices.map(({ id, signed }) => ({ notice: id, noticeDigest: textDigest(signed) })) };
    await appendEntry(ports, tx, { act: "notices-fetched", actor: caller, parties: [partner], subject: {}, detail });
    return ok({ notices, page });
  });
}

/** How many notices wait for the caller, up to a page of them. Tells nothing of what they say, and is no entry. */
export function countNotices(ports: Pick<Ports, "store">, { caller }: { readonly caller: Caller }): Promise<number> {
  const act = { name: "count notices", parties: [caller.partner] };
  const page = { after: null, limit: LIMITS.pageItems };
  return ports.store.read(act, async (tx) => (await tx.notices.waiting(caller.partner, page)).length);
}

function opened(dataKey: DataKey, { id, sealed }: NoticeRow): WaitingNotice {
  const text = open(dataKey, sealed, utf8(noticeLabel(id)));
  if (!text.ok) throw new Error("a notice does not open under its recipient's data key");
  const signed = new TextDecoder().decode(text.value);
  const [, payload = ""] = signed.split(".");
  const read = readCanonicalPayload(payload);
  if (!read.ok) throw new Error("a notice is not what the room signs");
  return { id, notice: removalNoticeSchema.parse(read.value.json), signed };
}

/**
 * Acknowledges notices that the caller has fetched, and none where none are named. What they said is deleted. Safe to
 * repeat.
 */
export async function acknowledgeNotices(
  ports: NoticePorts & Keeping<readonly string[]>,
  { caller, notices }: { readonly caller: Caller; readonly notices: readonly string[] },
): Promise<Result<readonly string[], Problem>> {
  const { partner } = caller;
  if (partner === OPERATOR) return err(nothingHeld());
  const ids = [...new Set(notices)].sort();
  return settle(ports, { name: "acknowledge notices", parties: [partner] }, async (tx) => {
    if ((await tx.notices.countFetched(partner, ids)) < ids.length)
      return err(problem("not-found", "you have fetched no notice of one of these names"));
    await tx.notices.acknowledge(partner, ids);
    const happening = { actor: caller, parties: [partner], subject: {}, detail: { notices: ids } };
    await appendEntry(ports, tx, { act: "notices-acknowledged", ...happening });
    return ok(ids);
  });
}

function nothingHeld(): Problem {
  return problem("partner-only", "the operator holds no list of people");
}
