// One entry of the audit log: who did what, concerning whom, under which documents, and what came of it.
// Its text is canonical JSON (RFC 8785), so a leaf has one spelling. An entry can never be erased, hence it holds ids,
// digests and counts alone; the salt keeps its leaf hash from confirming a guess of what it says.

import * as z from "zod/mini";
import { textDigest } from "../bytes.ts";
import { canonicalJson, type Json, parseStrictJson } from "../canonical-json.ts";
import { startOfDate } from "../instant.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";

/** Everything that the log records; the list is closed, and an entry of another act does not decode. */
export const ACTS = [
  "room-started",
  "room-restored",
  "backup-made",
  "partner-added",
  "partner-removed",
  "enrolment-ended",
  "key-registered",
  "key-revoked",
  "person-invited",
  "person-removed",
  "person-signed-in",
  "person-signed-out",
  "sign-in-refused",
  "sign-in-provider-put",
  "sign-in-provider-removed",
  "policy-put",
  "policy-waiting",
  "contract-offered",
  "contract-signed",
  "contract-refused",
  "contract-suspended",
  "contract-resumed",
  "contract-terminated",
  "data-deleted",
  "data-key-destroyed",
  "dataset-created",
  "upload-committed",
  "upload-refused",
  "upload-dropped",
  "version-ended",
  "people-erased",
  "people-objected",
  "objection-lifted",
  "consent-withdrawn",
  "consent-restored",
  "access-answered",
  "requester-trusted",
  "requester-ended",
  "deletion-requested",
  "deletion-refused",
  "notices-fetched",
  "notices-acknowledged",
  "question-permitted",
  "question-denied",
  "question-withheld",
  "approval-requested",
  "approval-given",
  "approval-denied",
  "approval-withdrawn",
  "approval-expired",
  "approval-lapsed",
  "release-collected",
  "log-exported",
  "witness-registered",
  "witness-retired",
  "configuration-changed",
  "wrapping-key-rotated",
  "log-key-handed-over",
  "room-key-rotation-begun",
  "room-key-rotated",
] as const;

// Names stay under 64 characters so that a digest cannot pass as one, and begin with a letter or digit, so that none
// is a name that JavaScript treats apart.
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const DIGEST_FIELD = /(?:digest|contract|version|thumbprint)s?$/i;
const SHA256_HEX = /[0-9a-f]{64}/i;
/** A member of `detail` stands in two objects. */
const MEMBER_DEPTH = 2;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

const partner = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/));
const domain = z.string().check(z.maxLength(200), z.regex(/^(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/));
const thumbprint = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));
// Checked by hand and handed on as they are: a schema of unions takes most of the time of reading a long log.
const subject = z.custom<Named<string>>((value) => isNamed(value, isId));
const detail = z.custom<Named<Json>>((value) => isNamed(value, (member) => isDetail(member, MEMBER_DEPTH)));
type Named<Member> = { readonly [name: string]: Member };

/**
 * - `at`: RFC 3339, UTC, with milliseconds, as `isoInstant` prints it
 * - `actor`: the partner and the RFC 7638 thumbprint of the key it signed with, or the partner and the commitment to
 *   the person who acted for it (`personCommitment`), or the partner and the domain of a party that it lets ask for
 *   deletions, or the room itself
 * - `parties`: the partners that the entry concerns, and who may read it; sorted, each once
 * - `subject`: ids of what the act was done to, by plain name (`contract`, `dataset`, `release`, `policyDigest`, ...)
 * - `detail`: counts, digests, the decision with its reasons, the debits
 * - `salt`: 128 random bits in hex
 *
 * A text in `subject` or `detail` that contains `@` is refused, and so is one that contains 64 hex digits unless its
 * field's name ends in digest, contract, version or thumbprint: those are what a raw or hashed e-mail would look like.
 * It is a net under the rule, not the rule: a name or a number in other spelling passes it.
 */
const auditEntrySchema = z.readonly(
  z
    .strictObject({
      concordat: z.literal("entry/1"),
      index: z.int().check(z.nonnegative()),
      at: z.string().check(z.refine(isInstantText, "not an instant in UTC with milliseconds")),
      act: z.enum(ACTS),
      actor: z.union([
        z.strictObject({ partner, key: thumbprint }),
        z.strictObject({ partner, person: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
        z.strictObject({ partner, requester: domain }),
        z.strictObject({ room: z.literal(true) }),
      ]),
      parties: z.array(partner).check(z.refine(isSortedSet, "partners are sorted, each once")),
      subject,
      detail,
      salt: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
    })
    .check(
      z.refine(
        (entry) => !looksPersonal(entry.subject, "") && !looksPersonal(entry.detail, ""),
        "looks like personal data",
      ),
    ),
);

export type AuditEntry = z.infer<typeof auditEntrySchema>;

/**
 * How an entry names a person: SHA-256 over the entry's own salt and the person's id, in hex. Whoever knows the id, as
 * the person's partner does, can tell that the entry means it; nobody else can tell whether two mean one person.
 */
export function personCommitment(salt: AuditEntry["salt"], person: string): string {
  return textDigest(`concordat person\n${salt}\n${person}`);
}

/**
 * The text of an entry, which is what the tree hashes and storage keeps. It contains the salt, so it is shown only to
 * the parties of the entry.
 * @throws TypeError for an entry that `decodeEntry` would refuse: what cannot be read back is never written
 */
export function encodeEntry(entry: AuditEntry): string {
  const text = canonicalJson(entry);
  // It is in its one spelling, and holds what it says.
  if (!auditEntrySchema.safeParse(JSON.parse(text)).success)
    throw new TypeError(`not an audit entry: ${entry.act} at ${entry.index}`);
  return text;
}

/** Reads the text of an entry. The text must be its own canonical form, so that one entry has one leaf hash. */
export function decodeEntry(text: string): Result<AuditEntry, "not-canonical" | "not-an-entry"> {
  const json = parseStrictJson(text);
  if (!json.ok || canonicalJson(json.value) !== text) return err("not-canonical");
  const entry = auditEntrySchema.safeParse(json.value);
  return entry.success ? ok(entry.data) : err("not-an-entry");
}

function isInstantText(text: string): boolean {
  const date = INSTANT.exec(text)?.[1];
  return date !== undefined && startOfDate(date).ok;
}

function isSortedSet(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || name > (names[index - 1] ?? name));
}

function isNamed(value: unknown, isMember: (member: unknown) => boolean): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // SAFETY: an object that is no list is read by names, and what stands under them is not believed yet.
  const members = value as Named<unknown>;
  return Object.keys(members).every((name) => NAME.test(name) && isMember(members[name]));
}

function isId(member: unknown): boolean {
  return typeof member === "string" && member.length >= 1 && member.length <= 200;
}

function isDetail(member: unknown, depth: number): boolean {
  if (depth > LIMITS.jsonDepth) return false;
  const isInside = (one: unknown) => isDetail(one, depth + 1);
  switch (typeof member) {
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(member);
    case "string":
      return member.length <= 2_000;
    default:
      return member === null || (Array.isArray(member) ? member.every(isInside) : isNamed(member, isInside));
  }
}

function looksPersonal(value: Json, field: string): boolean {
  if (typeof value === "string") return value.includes("@") || (SHA256_HEX.test(value) && !DIGEST_FIELD.test(field));
  if (value === null || typeof value !== "object") return false;
  if (isList(value)) return value.some((item) => looksPersonal(item, field));
  return Object.keys(value).some((name) => looksPersonal(value[name] ?? null, name));
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
