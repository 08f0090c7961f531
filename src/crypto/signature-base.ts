// The text that an HTTP signature is over: covered components and their values (RFC 9421 §2), line by line, ending in
// the signature parameters (§2.5). The five components of this API are resolved here from one request.

import { type Parameters, serializeInnerList } from "structured-headers";
import { err, ok, type Result } from "../domain/result.ts";

/** Field lines as received or as they will be sent, one pair a line, so that a field sent twice shows as two. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

/** What a signature is over. The body itself is bound through its Content-Digest. */
export type SignableRequest = {
  /** As on the request line; methods are case-sensitive (RFC 9110 §9.1). */
  readonly method: string;
  /** The public origin as configured, then path and query as on the request line: never from `Host`. */
  readonly targetUri: string;
  readonly headers: HeaderLines;
  readonly hasBody: boolean;
};

/** The components that a signature of this API may cover. */
export type Component = (typeof COMPONENTS)[number];

export const COMPONENTS = ["@method", "@target-uri", "content-digest", "content-type", "idempotency-key"] as const;

export type ComponentFault = "absent" | "repeated" | "not-ascii";

/** A component's value in a request (RFC 9421 §2.1, §2.2.1, §2.2.2). */
export function componentValue(component: Component, request: SignableRequest): Result<string, ComponentFault> {
  if (component === "@method") return METHOD.test(request.method) ? ok(request.method) : err("not-ascii");
  if (component === "@target-uri") return TARGET.test(request.targetUri) ? ok(request.targetUri) : err("not-ascii");
  return soleField(request.headers, component);
}

/**
 * The value of a field that must stand once, without the blanks around it. Two lines of one name are refused even
 * where HTTP would join them: intermediaries and parsers differ on which of them counts.
 * @param name  in lower case
 */
export function soleField(headers: HeaderLines, name: string): Result<string, ComponentFault> {
  const values = headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
  const [value] = values;
  if (value === undefined) return err("absent");
  if (values.length > 1) return err("repeated");
  const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, "");
  return FIELD_TEXT.test(trimmed) ? ok(trimmed) : err("not-ascii");
}

/** The signature parameters in their one spelling: component identifiers, then parameters in their order (§2.3). */
export function parametersText(components: readonly string[], parameters: Parameters): string {
  return serializeInnerList([components.map((name) => [name, new Map()]), parameters]);
}

/**
 * The signature base (RFC 9421 §2.5).
 * @param lines  serialised component identifiers with their values, in the order of the signature's own list
 * @param parameters  the signature parameters as `parametersText` spells them
 */
export function signatureBase(
  lines: readonly (readonly [identifier: string, value: string])[],
  parameters: string,
): string {
  return [...lines, ['"@signature-params"', parameters]].map(([name, value]) => `${name}: ${value}`).join("\n");
}

const METHOD = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const TARGET = /^https?:\/\/[\x21-\x7e]+$/;
// A line break inside a value would let it forge the lines after it (RFC 9421 §7.5.7).
const FIELD_TEXT = /^[\t\x20-\x7e]*$/;
