// The acts of the log in words, and of which kind each is: what was permitted, what was denied, what changed.

import type { AuditEntry } from "../domain/audit/entry.ts";

type Act = AuditEntry["act"];

/** What was done, after who did it. */
export const ACT_WORDS: { readonly [act in Act]: string } = {
  "room-started": "started",
  "room-restored": "was put back from a backup",
  "backup-made": "made a backup of the room",
  "partner-added": "brought a company in",
  "partner-removed": "took a company out of the room",
  "enrolment-ended": "ended an enrolment code",
  "key-registered": "registered a key",
  "key-revoked": "revoked a key",
  "person-invited": "gave a person a sign-in link",
  "person-removed": "removed a person",
  "person-signed-in": "signed in",
  "person-signed-out": "signed out",
  "sign-in-refused": "was refused a sign-in",
  "sign-in-provider-put": "registered a sign-in provider",
  "sign-in-provider-removed": "took its sign-in provider back",
  "policy-put": "put a policy in force",
  "policy-waiting": "offered a policy for a second signature",
  "contract-offered": "offered a contract",
  "contract-signed": "signed a contract",
  "contract-refused": "refused a contract",
  "contract-suspended": "suspended a contract",
  "contract-resumed": "resumed a contract",
  "contract-terminated": "terminated a contract",
  "data-deleted": "deleted what was given",
  "data-key-destroyed": "destroyed the key of a company's lists",
  "dataset-created": "declared a list",
  "upload-committed": "brought a list in",
  "upload-refused": "was refused a list",
  "upload-dropped": "dropped an upload",
  "version-ended": "ended a version of a list",
  "people-erased": "erased people",
  "people-objected": "passed on people's objections",
  "objection-lifted": "passed on that people lift an objection",
  "consent-withdrawn": "passed on that people take a consent back",
  "consent-restored": "passed on that people consent again",
  "access-answered": "looked up what it has of people",
  "requester-trusted": "lets a party ask for deletions",
  "requester-ended": "lets a party ask for no more deletions",
  "deletion-requested": "was asked to delete somebody",
  "deletion-refused": "was asked for a deletion in a form that is not taken",
  "notices-fetched": "fetched notices to remove people",
  "notices-acknowledged": "removed people from lists it holds",
  "question-permitted": "got an answer",
  "question-denied": "was denied an answer",
  "question-withheld": "had an answer withheld",
  "approval-requested": "asked for approval",
  "approval-given": "approved a question",
  "approval-denied": "denied a question",
  "approval-withdrawn": "took a question back",
  "approval-expired": "let a question expire",
  "approval-lapsed": "let a question lapse with its contract",
  "release-collected": "collected a list",
  "log-exported": "exported the log",
  "witness-registered": "registered a witness",
  "witness-retired": "retired a witness",
  "configuration-changed": "changed the configuration",
  "log-key-handed-over": "handed the log over to another key",
  "wrapping-key-rotated": "rotated the key that keys lie under",
  "room-key-rotation-begun": "began to key lists again under another room key",
  "room-key-rotated": "keyed every list again under another room key",
};

/** What the strip of days tells apart. */
export const KINDS = ["permit", "deny", "change"] as const;
export type LogKind = (typeof KINDS)[number];

const PERMITS: readonly Act[] = ["question-permitted", "approval-given", "release-collected"];
const DENIES: readonly Act[] = [
  "question-denied",
  "question-withheld",
  "approval-denied",
  "upload-refused",
  "sign-in-refused",
];

/** Of which kind an act is. */
export function kindOf(act: Act): LogKind {
  if (PERMITS.includes(act)) return "permit";
  return DENIES.includes(act) ? "deny" : "change";
}
