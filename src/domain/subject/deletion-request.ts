// Requests for deletion as the IAB Tech Lab Data Deletion Request Framework spells them, versions 1.0 (May 2024) and
// 2.0 (April 2026): what a request JWT and the first party's JWT inside it claim, whom they mean, and the framework's
// codes for what is wrong with one. Version 1.0 calls the inner one `idJWT` and has the identifier in `sub`; 2.0 says
// `orJWT`.

import { z } from "zod";
import type { Json } from "../canonical-json.ts";
import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import type { HashedIdentifier } from "./hashed-identifier.ts";

/** The framework's versions that are read. */
export type FrameworkVersion = "1.0" | "2.0";

type Row = {
  /** `raResultCode` of version 2.0, with its string. */
  readonly code: number;
  readonly text: string;
  /** `raResultCode` of version 1.0, which tells fewer cases apart. */
  readonly codeOfVersion1: number;
};

function row(code: number, text: string, codeOfVersion1: number): Row {
  return { code, text, codeOfVersion1 };
}

/**
 * What a request comes to. Where the framework has no case of its own, the nearest one stands with a word more: it
 * knows neither an age at which a request is too old, nor a repetition, nor a recipient that is not meant.
 */
const DELETION_RESULTS = {
  success: row(10_000, "success", 0),
  "origin-key-unknown": row(11_105, "or_jwks_kid_not_found", 2),
  "key-unknown": row(11_205, "rq_jwks_kid_not_found", 2),
  "origin-algorithm": row(12_101, "or_alg_claim_mismatch", 2),
  algorithm: row(12_201, "rq_alg_claim_mismatch", 2),
  "origin-token": row(13_101, "or_invalid_token", 3),
  "origin-signature": row(13_102, "or_invalid_token_signature", 2),
  "origin-future": row(13_104, "or_invalid_token_timestamp", 6),
  "origin-too-old": row(13_103, "or_invalid_token_timestamp: too old", 6),
  token: row(13_201, "rq_invalid_token", 3),
  replayed: row(13_201, "rq_invalid_token: this jti was accepted before", 3),
  audience: row(13_201, "rq_invalid_token: aud does not name this endpoint", 3),
  signature: row(13_202, "rq_invalid_token_signature", 2),
  "too-old": row(13_203, "rq_invalid_token_timestamp: too old or expired", 6),
  future: row(13_204, "rq_invalid_token_timestamp_future", 6),
  sequence: row(13_205, "rq_invalid_timestamp_sequence", 6),
  "identifier-type": row(14_201, "rq_unsupported_identifier_type", 4),
  "identifier-format": row(14_202, "rq_unsupported_identifier_format", 5),
  "identifier-not-hashed": row(14_203, "rq_incorrect_identifier_format", 5),
} as const satisfies Record<string, Row>;

export type DeletionResult = keyof typeof DELETION_RESULTS;
export type DeletionRefusal = Exclude<DeletionResult, "success">;

/** The identifiers that requests may name, as `dsrdelete.json` lists them. External ids would tell of lists. */
export const DELETION_IDENTIFIERS = ["email", "phone", "maid", "name+postcode"] as const;

const seconds = z.int().positive();
const jti = z.string().min(1).max(LIMITS.requestIdCharacters);
const issuer = z.string().max(LIMITS.issuerCharacters);
const identifierSchema = z.looseObject({
  identifierValue: z.string(),
  identifierType: z.string(),
  identifierFormat: z.string(),
});
const aud = z.union([z.string(), z.array(z.string()).max(20)]).optional();
const common = { jti, iss: issuer, iat: seconds, exp: seconds.optional(), aud };
const requestSchema = z.union([
  z
    .looseObject({ ...common, version: z.literal("2.0"), orJWT: z.string(), ...identifierSchema.shape })
    .transform(({ version, orJWT, ...claims }) => ({ ...plain(claims), version, origin: orJWT, names: claims })),
  z
    .looseObject({ ...common, version: z.literal("1.0"), idJWT: z.string(), sub: identifierSchema })
    .transform(({ version, idJWT, ...claims }) => ({ ...plain(claims), version, origin: idJWT, names: claims.sub })),
]);
const originSchema = z
  .looseObject({ jti, iss: issuer, iat: seconds, version: z.string() })
  .transform(({ iss, iat, version }) => ({ issuer: iss, issuedAtSeconds: iat, version }));

type Plain = z.output<z.ZodObject<typeof common>>;

function plain({ jti: id, iss, iat, exp, aud: named }: Plain) {
  const audience = named === undefined ? null : [named].flat();
  return { id, issuer: iss, issuedAtSeconds: iat, expiresAtSeconds: exp ?? null, audience };
}

/** What a request JWT claims; nothing in it is believed before its signature is. */
export type DeletionClaims = z.output<typeof requestSchema>;
/** What the first party's JWT claims. */
export type OriginClaims = z.output<typeof originSchema>;

/** Reads the claims of a request JWT; claims that the framework or a requester adds are passed over. */
export function readDeletionClaims(payload: Json): Result<DeletionClaims, "token"> {
  const read = requestSchema.safeParse(payload);
  return read.success ? ok(read.data) : err("token");
}

/** Reads the claims of the first party's JWT inside a request of this version. */
export function readOriginClaims(payload: Json, version: FrameworkVersion): Result<OriginClaims, "origin-token"> {
  const read = originSchema.safeParse(payload);
  return read.success && read.data.version === version ? ok(read.data) : err("origin-token");
}

/**
 * What is wrong with the times of a request, or null: both not more than five minutes ahead, as the framework says, the
 * request not before its origin and no older than its `jti` is remembered.
 */
export function timesFault(
  request: Pick<DeletionClaims, "issuedAtSeconds" | "expiresAtSeconds">,
  origin: Pick<OriginClaims, "issuedAtSeconds">,
  nowSeconds: number,
): DeletionRefusal | null {
  const latest = nowSeconds + LIMITS.deletionAheadSeconds;
  if (origin.issuedAtSeconds > latest) return "origin-future";
  if (request.issuedAtSeconds > latest) return "future";
  if (request.issuedAtSeconds < origin.issuedAtSeconds) return "sequence";
  if (nowSeconds - request.issuedAtSeconds > LIMITS.deletionRequestSeconds) return "too-old";
  if (request.expiresAtSeconds !== null && request.expiresAtSeconds <= nowSeconds) return "too-old";
  return nowSeconds - origin.issuedAtSeconds > LIMITS.deletionOriginSeconds ? "origin-too-old" : null;
}

/** Whom a request means. Hashed alone: in the form `sha256` of the canonical form of the room's lists, in hex. */
export function identifierIn({ names }: DeletionClaims): Result<HashedIdentifier, DeletionRefusal> {
  const kind = DELETION_IDENTIFIERS.find((one) => one === names.identifierType);
  if (kind === undefined) return err("identifier-type");
  if (names.identifierFormat !== "sha256") return err("identifier-format");
  return /^[0-9a-f]{64}$/.test(names.identifierValue)
    ? ok({ kind, hash: names.identifierValue })
    : err("identifier-not-hashed");
}

/** What an acknowledgement says of a result, in the words of a version. */
export function resultIn(version: FrameworkVersion, result: DeletionResult): { code: number; text: string } {
  const { code, text, codeOfVersion1 } = DELETION_RESULTS[result];
  return { code: version === "1.0" ? codeOfVersion1 : code, text };
}
