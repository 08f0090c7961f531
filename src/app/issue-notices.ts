// Notices to whoever holds a list are signed by the room and lie sealed under their recipient's key until it has
// fetched and acknowledged them. They are written with the act that they pass on, and no entry of the log tells of it:
// one that was there or not would tell whoever acted that another partner knows the person.

import { REMOVAL_NOTICE_TYP } from "../crypto/document-types.ts";
import { signCompact } from "../crypto/jws.ts";
import { seal } from "../crypto/sealed-box.ts";
import { toBase64Url, toHex, utf8 } from "../domain/bytes.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { RemovalNotice } from "../domain/subject/removal-notice.ts";
import type { Transaction } from "../ports/store.ts";
import type { Removal } from "./held-lists.ts";
import { type MovedKeys, movedBox } from "./kept-tokens.ts";
import type { Ports } from "./ports.ts";

/** Keeps a notice for each removal, in a transaction that acts for the recipients as well. */
export async function issueNotices(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  removals: readonly Removal[],
): Promise<void> {
  if (removals.length === 0) return;
  const signer = ports.room.logKeys.signer((await tx.log.head()).signer);
  for (const { held, records } of removals) {
    const { recipient, id: release } = held.release;
    const dataKey = held.opened.keys.get(recipient);
    if (dataKey === undefined) throw new Error("a list is held by somebody who brought nothing to it");
    const notice: RemovalNotice = {
      concordat: "removal-notice/1",
      id: `ntc_${toBase64Url(ports.random(16))}`,
      recipient,
      release,
      remove: records === null ? "list" : "records",
      records: records === null ? [] : [...records],
      salt: toHex(ports.random(16)),
    };
    const signed = signCompact(signer, notice, REMOVAL_NOTICE_TYP);
    const sealed = seal(dataKey, utf8(signed), utf8(noticeLabel(notice.id)));
    await tx.notices.add({ recipient, id: notice.id, release, isWhole: records === null, sealed });
  }
}

/** Keeps the notices that a partner has not acknowledged under the data key that follows another. */
export async function moveNotices(tx: Transaction, recipient: PartnerId, keys: MovedKeys): Promise<void> {
  for (const { id, sealed } of await tx.notices.waiting(recipient, { after: null, limit: Number.MAX_SAFE_INTEGER })) {
    await tx.notices.reseal({ recipient, id, sealed: movedBox(keys, { label: noticeLabel(id), sealed }) });
  }
}

/** What a notice's box is bound to. */
export function noticeLabel(id: string): string {
  return `concordat removal notice ${id}`;
}
