// HTTP Message Signatures (RFC 9421) as this API asks for them: one signature, of the tag `concordat`, over method,
// target, body digest, content type and idempotency key. Reading, checking and making it; no clock and no key lookup.

import { randomBytes } from "node:crypto";
import { type Dictionary, type InnerList, type Item, isInnerList, type Parameters } from "structured-headers";
import { fromBase64, fromBase64Url, toBase64, toBase64Url, utf8 } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Problem, type ProblemKind, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { type PublicKey, parseThumbprint, type SigningKey, type Thumbprint } from "./jwk.ts";
import { SIGNATURE_BYTES, signBytes, verifyBytes } from "./signature.ts";
import {
  COMPONENTS,
  type Component,
  componentValue,
  type HeaderLines,
  parametersText,
  type SignableRequest,
  signatureBase,
  soleField,
} from "./signature-base.ts";
import { strictDictionary } from "./structured-field.ts";
import { verifyAside } from "./verify-aside.ts";

/** A signature as its two fields state it: well formed, of this API's shape, and not yet believed. */
export type SignatureInput = {
  readonly components: readonly Component[];
  /** Seconds since the Unix epoch, like `expires`. */
  readonly created: number;
  readonly expires: number;
  /** At least 128 bits, spelt as sent; to be accepted once for a partner. */
  readonly nonce: string;
  readonly keyid: Thumbprint;
  /** The signature parameters as they stand in the signature base. */
  readonly parameters: string;
  readonly signature: Uint8Array;
};

/** What a signer states beside the components. Seconds since the epoch; `expires` at most 300 after `created`. */
export type SigningTimes = { readonly created: number; readonly expires: number; readonly nonce?: string };

/**
 * Reads Signature-Input and Signature. Takes exactly one signature under any label (labels mean nothing), only the
 * components and parameters of this API, each once; the algorithm is the registered key's and may not be stated.
 * @see RFC 9421 §4 (the fields), §3.2 (verifying), §7 (what goes wrong)
 */
export function readSignature(headers: HeaderLines): Result<SignatureInput, Problem> {
  const inputField = signatureField(headers, "Signature-Input");
  const valueField = signatureField(headers, "Signature");
  if (!inputField.ok) return inputField;
  if (!valueField.ok) return valueField;
  const [input, value] = [soleMember(inputField.value.dictionary), soleMember(valueField.value.dictionary)];
  if (input === null || value === null) return malformed("the request must carry exactly one signature");
  if (input.label !== value.label) return malformed("`Signature-Input` and `Signature` have different labels");
  if (!isInnerList(input.member)) return malformed("`Signature-Input` is not a list of components");
  const signature = readSignatureBytes(value.member);
  if (signature === null) return malformed("`Signature` is not a byte sequence of 64 bytes without parameters");
  // Canonical as a whole, so what stands behind the label is the parameters' one spelling.
  return readInput(input.member, { parametersText: inputField.value.text.slice(input.label.length + 1), signature });
}

/** A request, the key that it names, and its signature fields as they were read. */
type Checked = { readonly key: PublicKey; readonly input: SignatureInput; readonly request: SignableRequest };

/**
 * Decides whether a request was signed by the holder of a key: its coverage, its signature.
 * The caller has looked the key up by `input.keyid`, and afterwards checks the times, spends the nonce and checks the
 * body's digest.
 */
export function verifyRequest(checked: Checked): Result<void, Problem> {
  const signed = signedBytes(checked);
  if (!signed.ok) return signed;
  return verifyBytes(checked.key, signed.value, checked.input.signature) ? ok(undefined) : INVALID;
}

/** The same verdict, found on another thread, for a caller who has work for this one. */
export async function verifyRequestAside(checked: Checked): Promise<Result<void, Problem>> {
  const signed = signedBytes(checked);
  if (!signed.ok) return signed;
  return (await verifyAside(checked.key, signed.value, checked.input.signature)) ? ok(undefined) : INVALID;
}

function signedBytes({ key, input, request }: Checked): Result<Uint8Array, Problem> {
  const refusal = refusalOfCoverage(input, request);
  if (refusal !== null) return err(refusal);
  const message = baseOf(input.components, input.parameters, request);
  if (!message.ok) return message;
  return input.keyid === key.thumbprint ? ok(utf8(message.value)) : INVALID;
}

const INVALID = err(problem("signature-invalid", "the signature is not over this request"));

/**
 * Signs a request over every component that it has. A body must already have its Content-Digest among the headers.
 * @param times  without a nonce, one of 128 random bits is drawn
 * @returns the two fields to add
 * @throws RangeError for a request that no room would take: a bug of the caller
 */
export function signRequest(key: SigningKey, request: SignableRequest, times: SigningTimes): HeaderLines {
  const { created, expires, nonce = toBase64Url(randomBytes(LIMITS.nonceBytes)) } = times;
  const components = COMPONENTS.filter((name) => name.startsWith("@") || hasField(request, name));
  const stated: Parameters = new Map<string, string | number>([
    ["created", created],
    ["expires", expires],
    ["nonce", nonce],
    ["keyid", key.publicKey.thumbprint],
    ["tag", TAG],
  ]);
  const parameters = parametersText(components, stated);
  const message = baseOf(components, parameters, request);
  if (!message.ok) throw new RangeError(message.error.detail);
  const headers: HeaderLines = [
    ["Signature-Input", `sig1=${parameters}`],
    ["Signature", `sig1=:${toBase64(signBytes(key, utf8(message.value)))}:`],
  ];
  const input = readSignature(headers);
  const refusal = input.ok ? refusalOfCoverage(input.value, request) : input.error;
  if (refusal !== null) throw new RangeError(refusal.detail);
  return headers;
}

const TAG = "concordat";
const PARAMETERS = ["created", "expires", "nonce", "keyid", "tag"];
const BODILESS_METHODS = ["GET", "HEAD"];

function malformed(detail: string): { ok: false; error: Problem } {
  return refused("signature-malformed", detail);
}

function refused(kind: ProblemKind, detail: string): { ok: false; error: Problem } {
  return err(problem(kind, detail));
}

type SignatureField = { readonly dictionary: Dictionary; readonly text: string };

function signatureField(headers: HeaderLines, name: "Signature" | "Signature-Input"): Result<SignatureField, Problem> {
  const field = soleField(headers, name.toLowerCase());
  if (!field.ok && field.error === "absent")
    return refused("signature-missing", `the request has no \`${name}\` field`);
  if (!field.ok && field.error === "repeated") return malformed(`the request has more than one \`${name}\` field`);
  const dictionary = field.ok ? strictDictionary(field.value) : field;
  if (!field.ok || !dictionary.ok) return malformed(`\`${name}\` is not a dictionary in canonical form (RFC 9651)`);
  return ok({ dictionary: dictionary.value, text: field.value });
}

function soleMember(dictionary: Dictionary): { readonly label: string; readonly member: Item | InnerList } | null {
  const [entry, ...others] = dictionary;
  return entry === undefined || others.length > 0 ? null : { label: entry[0], member: entry[1] };
}

function readSignatureBytes(member: Item | InnerList): Uint8Array | null {
  const [value, parameters] = member;
  if (!(value instanceof ArrayBuffer) || value.byteLength !== SIGNATURE_BYTES || parameters.size > 0) return null;
  return new Uint8Array(value);
}

type AsSent = { readonly parametersText: string; readonly signature: Uint8Array };

function readInput([items, parameters]: InnerList, asSent: AsSent): Result<SignatureInput, Problem> {
  const components = readComponents(items);
  if (!components.ok) return components;
  const fault = faultOfParameters(parameters);
  if (fault !== null) return malformed(fault);
  const [created, expires] = [parameters.get("created"), parameters.get("expires")];
  if (!isSeconds(created) || !isSeconds(expires)) return malformed("`created` and `expires` are whole seconds");
  if (expires <= created || expires - created > LIMITS.signatureLifeSeconds) {
    return malformed(`\`expires\` must be 1 to ${LIMITS.signatureLifeSeconds} seconds after \`created\``);
  }
  const nonce = parameters.get("nonce");
  if (typeof nonce !== "string" || !isNonce(nonce)) {
    return malformed(`\`nonce\` must be base64url or base64 of at least ${LIMITS.nonceBytes} random bytes`);
  }
  const name = parameters.get("keyid");
  const keyid = typeof name === "string" ? parseThumbprint(name) : null;
  if (keyid?.ok !== true) return malformed("`keyid` must be the quoted thumbprint of a key (RFC 7638)");
  const { parametersText: text, signature } = asSent;
  return ok({ components: components.value, created, expires, nonce, keyid: keyid.value, parameters: text, signature });
}

function readComponents(items: readonly Item[]): Result<Component[], Problem> {
  const components: Component[] = [];
  for (const [name, parameters] of items) {
    const component = COMPONENTS.find((known) => known === name);
    if (component === undefined) return malformed(`a covered component is none of ${COMPONENTS.join(", ")}`);
    if (parameters.size > 0) return malformed(`the component \`${component}\` may not have parameters here`);
    if (components.includes(component)) return malformed(`the component \`${component}\` is covered twice`);
    components.push(component);
  }
  return ok(components);
}

function faultOfParameters(parameters: Parameters): string | null {
  if (parameters.has("alg")) return "`alg` may not be stated: the registered key has its algorithm";
  const missing = PARAMETERS.find((name) => !parameters.has(name));
  if (missing !== undefined) return `the signature parameter \`${missing}\` is missing`;
  if (parameters.size > PARAMETERS.length) return `the signature parameters are ${PARAMETERS.join(", ")} and no others`;
  return parameters.get("tag") === TAG ? null : `the signature's \`tag\` must be "${TAG}"`;
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isNonce(nonce: string): boolean {
  if (nonce.length > LIMITS.nonceCharacters) return false;
  const bytes = [fromBase64Url(nonce), fromBase64(nonce)].find((reading) => reading.ok);
  return bytes?.ok === true && bytes.value.length >= LIMITS.nonceBytes;
}

/**
 * Why a signature is not of this moment, or null when it is.
 * @param nowSeconds  seconds since the Unix epoch, by the clock that nonces are kept by: were it another, a nonce might
 *   be forgotten while its request is still in time
 */
export function refusalOfTimes(input: Pick<SignatureInput, "created" | "expires">, nowSeconds: number): Problem | null {
  const [ahead, past] = [input.created - nowSeconds, nowSeconds - input.expires];
  const tolerance = LIMITS.clockToleranceSeconds;
  if (ahead > tolerance)
    return problem("signature-expired", `\`created\` lies ${ahead} seconds ahead of the room's clock`);
  if (past > tolerance) return problem("signature-expired", `the signature expired ${past} seconds ago`);
  return null;
}

function refusalOfCoverage(input: SignatureInput, request: SignableRequest): Problem | null {
  if (request.hasBody && BODILESS_METHODS.includes(request.method)) {
    return problem("signature-incomplete", `a \`${request.method}\` request may not have a body`);
  }
  const uncovered = requiredComponents(request).filter((name) => !input.components.includes(name));
  if (uncovered.length === 0) return null;
  return problem("signature-incomplete", `the signature must also cover ${uncovered.join(", ")}`, { uncovered });
}

function requiredComponents(request: SignableRequest): Component[] {
  const required: Component[] = ["@method", "@target-uri"];
  if (request.hasBody) required.push("content-digest");
  if (request.hasBody && hasField(request, "content-type")) required.push("content-type");
  if (hasField(request, "idempotency-key")) required.push("idempotency-key");
  return required;
}

/** Whether a field stands in the request at all, once or more often, readable or not. */
function hasField(request: SignableRequest, name: string): boolean {
  return request.headers.some(([other]) => other.toLowerCase() === name);
}

function baseOf(
  components: readonly Component[],
  parameters: string,
  request: SignableRequest,
): Result<string, Problem> {
  const lines: [string, string][] = [];
  for (const component of components) {
    const value = componentValue(component, request);
    if (!value.ok) return err(faultOfComponent(component, value.error));
    lines.push([`"${component}"`, value.value]);
  }
  return ok(signatureBase(lines, parameters));
}

function faultOfComponent(component: Component, fault: "absent" | "repeated" | "not-ascii"): Problem {
  if (fault === "absent") {
    return problem("signature-incomplete", `the signature covers \`${component}\`, which the request does not have`);
  }
  const says = fault === "repeated" ? "stands in the request more than once" : "has characters beyond printable ASCII";
  return problem("signature-malformed", `\`${component}\` ${says}`);
}
