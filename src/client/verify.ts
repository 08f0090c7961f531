// What anyone can check without the room: a contract against its members' keys, an export of the log and a receipt
// against the room's key. Every refusal is a sentence about the first thing that is wrong.

import { CONTRACT_TYP, type EnvelopeRefusal, verifyEnvelope } from "../crypto/contract-jws.ts";
import { KEY_REFUSALS, type PublicKey, parsePublicJwk, type Thumbprint } from "../crypto/jwk.ts";
import { SIGNATURE_REFUSALS } from "../crypto/jws.ts";
import { type VerifierKey, verifyNote } from "../crypto/signed-note.ts";
import { type Checkpoint, parseCheckpoint } from "../domain/audit/checkpoint.ts";
import {
  type ExportRefusal,
  type VerifiedExport,
  verifyExport,
  verifyExportPieces,
} from "../domain/audit/export-file.ts";
import { utf8 } from "../domain/bytes.ts";
import { canonicalDigest, parseStrictJson } from "../domain/canonical-json.ts";
import { type Contract, contractSchema } from "../domain/contract/document.ts";
import { err, ok, type Result } from "../domain/result.ts";

/** A contract that all its members have signed, and by which keys. */
export type VerifiedContract = {
  readonly id: string;
  readonly contract: Contract;
  readonly signers: ReadonlyMap<string, Thumbprint>;
};

/**
 * Verifies a signed contract: one signature of every member that the contract itself names, and no others.
 * @param text  the RFC 7515 General JSON Serialization, as the room gives it
 * @param keysByMember  each member's public JWKs, revoked ones too, from a place that the reader trusts
 */
export function verifyContract(
  text: string,
  keysByMember: ReadonlyMap<string, readonly unknown[]>,
): Result<VerifiedContract, string> {
  const document = parseStrictJson(text);
  if (!document.ok) return err("the file is not strict JSON");
  const members = parsedKeys(keysByMember);
  if (!members.ok) return members;
  const signed = verifyEnvelope({ document: document.value, members: members.value, typ: CONTRACT_TYP });
  if (!signed.ok) return err(signed.error.map(refusalInWords).join("; "));
  const contract = contractSchema.safeParse(signed.value.payload);
  if (!contract.success) return err("what is signed is not a contract of this product");
  const named = new Set<string>(contract.data.members.map(({ partner }) => partner));
  const unkeyed = [...named].filter((member) => !members.value.has(member));
  if (unkeyed.length > 0) return err(`the contract has the member \`${unkeyed[0]}\`, whose keys were not given`);
  const stranger = [...members.value.keys()].find((member) => !named.has(member));
  if (stranger !== undefined) return err(`\`${stranger}\` signed and is not a member of the contract`);
  const id = canonicalDigest(signed.value.payload);
  return ok({ id, contract: contract.data, signers: signed.value.signers });
}

/**
 * Verifies an exported log, and that it extends a checkpoint kept from earlier, if one is given.
 * @see ../domain/audit/export-file.ts for what is checked and what cannot be
 */
export function verifyAuditExport(
  text: string,
  key: VerifierKey,
  earlier?: Checkpoint,
): Result<VerifiedExport, ExportRefusal> {
  return verifyExport(text, { openCheckpoint: (note) => openCheckpoint(note, key), earlier });
}

/**
 * The same for a file of any length, read piece by piece.
 * @param pieces  the file's text, cut anywhere
 * @returns the log as its checkpoint has it, and how many entries stand in it
 */
export function verifyAuditPieces(
  pieces: Iterable<string>,
  key: VerifierKey,
  earlier?: Checkpoint,
): Result<Checkpoint & { readonly entries: number }, ExportRefusal> {
  let entries = 0;
  const verifier = { openCheckpoint: (note: string) => openCheckpoint(note, key), earlier };
  const verified = verifyExportPieces(pieces, verifier, () => {
    entries += 1;
  });
  return verified.ok ? ok({ ...verified.value, entries }) : verified;
}

/** Opens a signed checkpoint: the room's line must verify, and the log must bear the name of the room's key. */
export function openCheckpoint(note: string, key: VerifierKey): Result<Checkpoint, string> {
  const opened = verifyNote(utf8(note), [key]);
  if (!opened.ok) return err(NOTE_REFUSALS[opened.error]);
  const checkpoint = parseCheckpoint(opened.value.text);
  if (!checkpoint.ok) return err("the signed note is not a checkpoint");
  return checkpoint.value.origin === key.name ? checkpoint : err("the checkpoint is of another log than the key");
}

const NOTE_REFUSALS = {
  "note-malformed": "the checkpoint is not a signed note",
  "too-many-signatures": "the checkpoint has too many signature lines",
  "signature-of-known-key-invalid": "the checkpoint's signature does not verify under the room's key",
  "no-known-signature": "the checkpoint is not signed by the room's key",
} as const;

function parsedKeys(
  keysByMember: ReadonlyMap<string, readonly unknown[]>,
): Result<ReadonlyMap<string, readonly PublicKey[]>, string> {
  const members = new Map<string, readonly PublicKey[]>();
  for (const [member, jwks] of keysByMember) {
    const keys: PublicKey[] = [];
    for (const jwk of jwks) {
      const key = parsePublicJwk(jwk);
      if (!key.ok) return err(`a key of \`${member}\` cannot be used: ${KEY_REFUSALS[key.error]}`);
      keys.push(key.value);
    }
    members.set(member, keys);
  }
  return ok(members);
}

function refusalInWords(refusal: EnvelopeRefusal): string {
  if ("member" in refusal) {
    const says = refusal.reason === "member-missing" ? "has no valid signature here" : "has signed more than once";
    return `\`${refusal.member}\` ${says}`;
  }
  if ("at" in refusal) return `signature ${refusal.at + 1}: ${signatureInWords(refusal.reason)}`;
  return ENVELOPE_REFUSALS[refusal.reason];
}

type Signatures = keyof typeof SIGNATURE_REFUSALS | "key-unknown";

function signatureInWords(reason: Signatures): string {
  return reason === "key-unknown" ? "its key is none of the members' keys given" : SIGNATURE_REFUSALS[reason];
}

const ENVELOPE_REFUSALS = {
  "envelope-malformed": "the file is not a signed contract: an object of exactly `payload` and `signatures`",
  "payload-differs": "the contract that is signed is another one",
  "key-of-two-members": "one key is given for two members",
  "payload-not-base64url": "the payload is not base64url",
  "payload-not-canonical": "the payload is not canonical JSON (RFC 8785)",
} as const;
