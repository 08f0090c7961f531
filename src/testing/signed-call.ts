// One signed request made by hand, so that a test can bend each part of it.

import { randomUUID } from "node:crypto";
import { contentDigest } from "../crypto/content-digest.ts";
import { signRequest } from "../crypto/http-signature.ts";
import type { SigningKey } from "../crypto/jwk.ts";
import type { HeaderLines } from "../crypto/signature-base.ts";

export type SignedCall = {
  readonly method: string;
  readonly path: string;
  readonly key: SigningKey;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly contentType?: string;
  readonly idempotencyKey?: string;
  /** By the clock of whoever signs, in seconds since the Unix epoch; where absent, by this process's. */
  readonly createdSeconds?: number;
};

export type Answer = { readonly status: number; readonly body: Record<string, unknown>; readonly text: string };

/** The header lines of a signed request, and its bytes. */
export function signedHeaders(origin: string, call: SignedCall): { headers: HeaderLines; bytes: Uint8Array | null } {
  const bytes = call.bytes ?? (call.json === undefined ? null : Buffer.from(JSON.stringify(call.json)));
  const headers: [string, string][] = [];
  if (bytes !== null) {
    headers.push(["Content-Digest", contentDigest(bytes)], ["Content-Type", call.contentType ?? "application/json"]);
  }
  if (call.method === "POST") headers.push(["Idempotency-Key", call.idempotencyKey ?? randomUUID()]);
  const created = call.createdSeconds ?? Math.floor(Date.now() / 1_000);
  const request = { method: call.method, targetUri: origin + call.path, headers, hasBody: bytes !== null };
  const signature = signRequest(call.key, request, { created, expires: created + 120 });
  return { headers: [...headers, ...signature], bytes };
}

/**
 * Signs, sends and reads the answer; `body` is empty where the answer is no JSON object.
 * @param server  where it is sent, where that is not where it is signed for
 */
export async function signedCall(origin: string, call: SignedCall, server = origin): Promise<Answer> {
  return sendSigned(server, call, signedHeaders(origin, call));
}

/** Sends what was signed, and reads the answer. */
export async function sendSigned(
  server: string,
  { method, path }: Pick<SignedCall, "method" | "path">,
  { headers, bytes }: ReturnType<typeof signedHeaders>,
): Promise<Answer> {
  const body = bytes === null ? {} : { body: new Uint8Array(bytes) };
  const response = await fetch(server + path, {
    method,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
    ...body,
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, body: isJson ? JSON.parse(text) : {}, text };
}
