// The closed table of problems: what can go wrong from the caller's side, with its status, its title and what to do
// next. Rendered as application/problem+json (RFC 9457) and as pages under /problems/{kind}.

export type ProblemKind = keyof typeof PROBLEMS;

/** One occurrence: a kind, a sentence about this case, and members that a program may read. Never a token or a hash. */
export type Problem = {
  readonly kind: ProblemKind;
  readonly detail: string;
  readonly extra?: Readonly<Record<string, unknown>>;
};

/** One occurrence of a problem; `detail` is a sentence about this case, lower case and without a full stop. */
export function problem(kind: ProblemKind, detail: string, extra?: Readonly<Record<string, unknown>>): Problem {
  return extra === undefined ? { kind, detail } : { kind, detail, extra };
}

type Row = { readonly status: number; readonly title: string; readonly next: string };

function row(status: number, title: string, next: string): Row {
  return { status, title, next };
}

export const PROBLEMS = {
  // Requests
  "not-json": row(400, "the body is not JSON", "send one JSON document, without duplicate names, at most 32 deep"),
  "invalid-document": row(
    422,
    "the document does not fit its schema",
    "mend each place named in `issues` and send again",
  ),
  "invalid-parameter": row(400, "a parameter is not usable", "look at the route in /docs and send the parameter again"),
  "body-too-large": row(413, "the body is too large", "send a smaller body; a list goes up in parts of at most 8 MiB"),
  "unsupported-media-type": row(415, "the content type is not taken here", "send the content type that /docs names"),
  "not-found": row(
    404,
    "there is no such thing, or it is not yours to see",
    "check the identifier and who you sign as",
  ),
  "method-not-allowed": row(405, "the route does not take this method", "look at the route in /docs"),
  // Signatures
  "signature-missing": row(401, "the request is not signed", "sign it as the README shows (RFC 9421)"),
  "signature-malformed": row(
    401,
    "the signature fields do not parse",
    "send one `Signature-Input` and one `Signature`",
  ),
  "signature-incomplete": row(
    401,
    "the signature does not cover what it must",
    "cover the components that `detail` names",
  ),
  "signature-invalid": row(
    401,
    "the signature does not verify",
    "sign the bytes that are sent, with the key that `keyid` names",
  ),
  "signature-expired": row(401, "the signature is outside its time", "check the clock, sign again, send at once"),
  "signature-replayed": row(401, "the nonce was used before", "make a new nonce for every request"),
  "key-unknown": row(401, "no active key has this thumbprint", "enrol the key, or sign with one that is registered"),
  "digest-missing": row(400, "the body has no content digest", "send `Content-Digest` with sha-256 (RFC 9530)"),
  "digest-mismatch": row(400, "the body is not the one that was digested", "send the bytes again, unchanged"),
  // Idempotency
  "idempotency-key-missing": row(
    400,
    "a POST needs an `Idempotency-Key`",
    "send a fresh random key with each new request",
  ),
  "idempotency-key-reused": row(422, "this key was used with another body", "use a fresh key for another request"),
  "idempotency-in-flight": row(409, "the same request is still running", "wait for it, then send the same again"),
  // Partners and keys
  "operator-only": row(403, "only the operator may do this", "ask whoever runs the room"),
  "partner-only": row(403, "only a partner may do this", "sign as a partner: the operator owns no list and no policy"),
  "partner-exists": row(
    409,
    "a partner with this id is in the room",
    "choose another id, or carry on with the one there",
  ),
  "enrolment-code-invalid": row(
    403,
    "the enrolment code is wrong, used or out of date",
    "ask the operator for a new code",
  ),
  "key-unacceptable": row(422, "the key cannot be registered", "bring a public Ed25519 or P-256 key"),
  "key-exists": row(409, "the key is registered", "nothing to do, or make a new key"),
  "last-key": row(409, "a partner's last active key cannot be revoked", "register its successor first"),
  "key-not-rotated": row(409, "the key cannot be rotated now", "read `detail`: it says what the next key lacks"),
  // People of the console
  "people-full": row(409, "no further person may be let in", "remove somebody who does not use the console any more"),
  "sign-in-link-invalid": row(
    403,
    "this link does not sign you in",
    "a link works once, within a day: ask whoever sent it for a new one",
  ),
  "not-signed-in": row(
    401,
    "you are not signed in",
    "follow a sign-in link; sessions end after 15 minutes without a click, and after 12 hours in any case",
  ),
  "sign-in-not-begun": row(
    403,
    "this sign-in did not begin in this browser, or has been used",
    "begin again at your company's sign-in address; one that takes longer than ten minutes is over as well",
  ),
  "sign-in-refused": row(
    403,
    "your account's answer does not sign you in",
    "begin again; if it comes back to this, tell an administrator of your company what this page says",
  ),
  "sign-in-provider-failed": row(
    502,
    "the sign-in provider does not answer as it should",
    "try again later; whoever runs the provider can tell why",
  ),
  "sign-in-provider-missing": row(
    404,
    "nobody signs in with an account here",
    "check the address, or follow a sign-in link",
  ),
  "sign-in-provider-unfit": row(422, "this provider cannot be registered", "read `detail`, mend it and send it again"),
  "sign-in-busy": row(429, "too many sign-ins are on their way", "wait ten minutes and begin again"),
  "account-unknown": row(
    403,
    "nobody of your company has let this account in",
    "ask an administrator of your company for a sign-in link, follow it, and choose to sign in with your account there",
  ),
  "account-taken": row(
    409,
    "this account signs in somebody else of your company",
    "sign in with your own account, or have the other person removed first",
  ),
  "not-for-your-role": row(403, "your role does not open this page", "ask an administrator of your company"),
  "form-not-ours": row(
    403,
    "the form did not come from a page of your session",
    "open the page again at the address that `detail` names, and send the form from there",
  ),
  // Contracts
  "contract-exists": row(409, "this contract was offered before", "sign or refuse the one that is there"),
  "contract-not-open": row(409, "the contract is not open for this", "look at its state with `contract show`"),
  "contract-not-in-force": row(403, "the contract is not in force", "look at its state with `contract show`"),
  "contract-signature-invalid": row(
    422,
    "the contract's signature is refused",
    "sign the canonical form with your registered key",
  ),
  "contract-unsound": row(422, "the contract contradicts itself", "mend each place named in `issues`"),
  "not-a-member": row(
    403,
    "you are not a member of this contract",
    "ask the members to offer a contract that names you",
  ),
  // Policy
  "policy-missing": row(409, "this partner has no policy, so nothing is permitted", "put a policy first"),
  "policy-version-conflict": row(409, "the policy version does not follow the one in force", "raise `version` by one"),
  "policy-example-failed": row(422, "an example of the policy does not hold", "mend the policy, or the example"),
  "policy-too-large": row(
    422,
    "the documents tell too many cases apart",
    "let clauses that mean the same name the same partners, purposes and days",
  ),
  "policy-signature-invalid": row(
    422,
    "the policy's signature is refused",
    "sign the canonical form of `document` with your registered key, or use `concordat policy put`",
  ),
  // Datasets and uploads
  "dataset-exists": row(409, "a dataset with this name has another schema", "upload to it, or choose another name"),
  "upload-closed": row(409, "the upload is not open", "start a new upload"),
  "part-out-of-order": row(409, "the part is not the next one", "send the part that `expected` names"),
  "part-mismatch": row(409, "the part differs from the one received", "start a new upload, or send the same bytes"),
  "parts-mismatch": row(
    422,
    "the parts named are not the parts received",
    "compare with `GET /v1/uploads/{id}` and commit again",
  ),
  "list-unreadable": row(422, "the list cannot be read", "mend the place that `detail` names and upload again"),
  "list-column-missing": row(
    422,
    "the list lacks a column that the schema names",
    "add the column, or mend the schema",
  ),
  "list-wrong-convention": row(422, "the list is not hashed as its schema says", "hash it again with `concordat hash`"),
  "list-too-many-rejects": row(
    422,
    "too many rows are refused",
    "mend the rows that the report names, and upload again",
  ),
  "list-empty": row(422, "no row of the list can be used", "look at the report and upload again"),
  "version-cap-reached": row(
    403,
    "no further version may be brought in now",
    "wait until the time that `detail` names",
  ),
  // Questions
  "question-unsound": row(
    422,
    "the question does not fit the contract's members and datasets",
    "mend each place in `issues`",
  ),
  "not-permitted": row(
    403,
    "the contract or a policy does not permit this",
    "read `reasons`; where `instead` stands, ask that",
  ),
  "too-many-waiting": row(
    409,
    "too many of your questions wait for approval",
    "wait for answers, or take back with `concordat withdraw` what you no longer need",
  ),
  "approval-not-open": row(
    409,
    "the request is not open for this",
    "look at where it stands with `concordat approvals`",
  ),
  "approval-not-yours": row(
    403,
    "this request is not yours to decide",
    "read `detail`: it says who may, and with which key",
  ),
  "no-version": row(409, "a dataset has no version in force", "bring it in whole, or wait until its owner has"),
  "release-gone": row(410, "the release is past its validity", "ask again"),
  // Rates
  "too-many-requests": row(
    429,
    "more comes than a quota allows",
    "wait as long as `Retry-After` says, then send the same request again; `RateLimit` tells what is left",
  ),
  // Requests for deletion
  "requesters-full": row(409, "no further requester may be registered", "remove one that asks for nobody any more"),
  // The log
  "checkpoint-invalid": row(
    422,
    "the checkpoint is refused",
    "send a checkpoint as this room published it, with your witness's line behind the room's",
  ),
  "witness-exists": row(409, "this witness's key or name is registered", "make another key, or use another name"),
  "witnesses-full": row(409, "no further witness may be registered", "retire one that does not cosign any more"),
  "entries-not-yours": row(
    403,
    "the bundle has entries that do not concern you",
    "read your own at `/v1/audit/entries` or `/v1/audit/export`, and the hashes of all as tiles",
  ),
  "log-behind": row(
    503,
    "the room's log contradicts what the room has signed, so nothing is written",
    "reading and verifying go on; whoever runs the room must bring its latest database back and start it again",
  ),
  // The room
  unavailable: row(503, "the room cannot answer now", "send the same request again shortly"),
  "memory-short": row(
    503,
    "the room has no memory left for this",
    "send the same request again when less is under way; whoever runs the room can raise `CONCORDAT_MEMORY`",
  ),
  "storage-full": row(
    507,
    "the room's storage is full",
    "send the same request again once whoever runs the room has made space; an upload goes on where it stands",
  ),
  internal: row(500, "something broke in the room", "give the operator the reference in `detail`"),
} as const satisfies Record<string, Row>;

// Where waiting is all there is to do, and for how long.
const WAITS: ReadonlyMap<ProblemKind, number> = new Map([
  ["idempotency-in-flight", 1],
  ["sign-in-busy", 600],
  ["unavailable", 5],
  ["memory-short", 30],
] as const);

/** Seconds after which the same request may be sent again; null where waiting alone changes nothing. */
export function waitSeconds(kind: ProblemKind): number | null {
  return WAITS.get(kind) ?? null;
}
