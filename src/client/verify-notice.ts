// A notice checked on the recipient's machine: the room signed it, for this partner, and it says what it is shown as.

import { REMOVAL_NOTICE_TYP } from "../crypto/document-types.ts";
import { SIGNATURE_REFUSALS, verifyCompact } from "../crypto/jws.ts";
import { everyKey, type LogKey } from "../crypto/log-key.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { type RemovalNotice, removalNoticeSchema } from "../domain/subject/removal-notice.ts";

/**
 * Verifies a notice.
 * @param signed  compact JWS, as the room gave it
 * @param expected.recipient  whose records the notice must be about
 * @param expected.key  the room's key as checkpoints are verified with; notices are signed by the same one
 */
export function verifyNotice(
  signed: string,
  { recipient, key }: { readonly recipient: string; readonly key: LogKey },
): Result<RemovalNotice, string> {
  const verdicts = everyKey(key).map((one) => verifyCompact(one.key, signed, REMOVAL_NOTICE_TYP));
  const verified = verdicts.find((verdict) => verdict.ok) ?? verifyCompact(key.key, signed, REMOVAL_NOTICE_TYP);
  if (!verified.ok) {
    const { error } = verified;
    const isForm = error === "not-compact" || error === "payload-not-base64url" || error === "payload-not-canonical";
    return err(isForm ? "it is no compact JWS over canonical JSON" : SIGNATURE_REFUSALS[error]);
  }
  const notice = removalNoticeSchema.safeParse(verified.value);
  if (!notice.success) return err("what is signed is not a notice of this product");
  return notice.data.recipient === recipient ? ok(notice.data) : err("it is a notice to somebody else");
}
