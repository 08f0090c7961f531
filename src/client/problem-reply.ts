// A refusal as it came over the wire (RFC 9457), whoever wrote it: the room, something in front of it, or, when no
// reply came at all, this side.

/** Why a call has no answer. `kind` is the last part of `type`: the room's own kinds, or one of this file's. */
export type ProblemReply = {
  /** The reply's status; 0 when none came. */
  readonly status: number;
  readonly type: string;
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  /** What to do. */
  readonly next: string;
  /** Members beside the standard ones: `issues`, `reasons`, `instead`, `expected` and the like. */
  readonly extra: Readonly<Record<string, unknown>>;
};

/** Reads a refusal's parsed body; what is no problem document becomes one that says so. */
export function problemFrom(status: number, body: unknown): ProblemReply {
  if (typeof body !== "object" || body === null) return notARoom(status);
  const { type, title, detail, next, status: _, ...extra } = Object.fromEntries(Object.entries(body));
  if (typeof type !== "string" || typeof title !== "string" || typeof detail !== "string") return notARoom(status);
  return { status, type, kind: kindOf(type), title, detail, next: typeof next === "string" ? next : "", extra };
}

/** The room's own refusal made on this side, before anything is sent. */
export function localProblem(kind: string, detail: string, next: string): ProblemReply {
  return { status: 0, type: `/problems/${kind}`, kind, title: detail, detail, next, extra: {} };
}

/** No reply came. @param failure  what `fetch` rejected with */
export function noAnswer(url: string, failure: unknown): ProblemReply {
  const detail = `no answer from ${url}: ${reasonOf(failure)}`;
  const next = isOfUnknownAuthority(failure) ? AUTHORITY : "check the address, and that the room runs";
  return localProblem("unreachable", detail, next);
}

const AUTHORITY =
  "where the room's certificate comes from an authority of its operator's own, name that authority's certificate " +
  "before the program starts: NODE_EXTRA_CA_CERTS=/path/ca.crt";

// What the platform calls a certificate that no authority it knows has signed.
const UNKNOWN_AUTHORITY = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
]);

function isOfUnknownAuthority(failure: unknown): boolean {
  const cause = failure instanceof Error ? failure.cause : undefined;
  return cause instanceof Error && "code" in cause && UNKNOWN_AUTHORITY.has(String(cause.code));
}

/** Whether an error is what `fetch` rejects with when the network fails: a TypeError with the reason as its cause. */
export function isNetworkFailure(failure: unknown): boolean {
  return failure instanceof TypeError && failure.cause !== undefined;
}

function notARoom(status: number): ProblemReply {
  const detail = `the answer (status ${status}) is not a room's`;
  return { ...localProblem("not-a-room", detail, "check the address, and what stands in front of the room"), status };
}

function kindOf(type: string): string {
  return type.slice(type.lastIndexOf("/") + 1);
}

// The reason of a failed fetch lies in its cause; of several addresses tried, the first tells enough.
function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  if (failure instanceof AggregateError && failure.errors.length > 0) return reasonOf(failure.errors[0]);
  return failure.cause instanceof Error ? reasonOf(failure.cause) : failure.message;
}
