// A request as it came over the wire: field lines one by one, the target as written, the body in bounded bytes.
// The digest is taken over the bytes received, before anything parses them.

import type { IncomingMessage } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { IncomingPart } from "../app/receive-part.ts";
import {
  type ContentDigest,
  type DigestVerifier,
  digestVerifier,
  parseContentDigest,
} from "../crypto/content-digest.ts";
import { type HeaderLines, type SignableRequest, soleField } from "../crypto/signature-base.ts";
import { toHex } from "../domain/bytes.ts";
import { type Json, parseStrictJson } from "../domain/canonical-json.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";

/** What stands around a request: the connection, its name, and the name under which its address is counted. */
export type RoomEnv = {
  Bindings: HttpBindings;
  Variables: { readonly requestId: string; readonly address: string };
};

export type RoomContext = Context<RoomEnv>;

/** Bytes that a request says it brings; as many as it may where it brings some and does not say. */
export function bodyBytes({ env: { incoming } }: RoomContext, bound: number): number {
  if (incoming.headers["transfer-encoding"] !== undefined) return bound;
  return Math.min(Number(incoming.headers["content-length"] ?? 0), bound);
}

/** What a signature is checked against. The origin is the configured one, never the `Host` that a client states. */
export function signableRequest(c: RoomContext, publicOrigin: string): SignableRequest {
  const { incoming } = c.env;
  const hasBody = incoming.headers["transfer-encoding"] !== undefined || Number(incoming.headers["content-length"]) > 0;
  const headers = fieldLines(incoming.rawHeaders);
  return { method: incoming.method ?? c.req.method, targetUri: `${publicOrigin}${incoming.url}`, headers, hasBody };
}

/** Reads a JSON body whole, checks its digest, then parses it strictly. `digest` is its SHA-256 in hex, "" for none. */
export async function readJsonBody(c: RoomContext, request: SignableRequest): Promise<Result<JsonBody, Problem>> {
  if (!request.hasBody) return ok({ json: undefined, digest: "" });
  const type = soleField(request.headers, "content-type");
  if (!type.ok || !/^application\/json(?: *; *charset=utf-8)?$/i.test(type.value)) {
    return err(problem("unsupported-media-type", "send `Content-Type: application/json`"));
  }
  const part = incomingBody(c, request, LIMITS.jsonBodyBytes);
  if (!part.ok) return part;
  const chunks: Uint8Array[] = [];
  for await (const chunk of part.value.bytes) chunks.push(chunk);
  if (part.value.size() > LIMITS.jsonBodyBytes) return err(tooLarge(LIMITS.jsonBodyBytes));
  if (!part.value.isIntact())
    return err(problem("digest-mismatch", "the bytes received do not have the signed digest"));
  return parseBody(Buffer.concat(chunks), part.value.digest);
}

export type JsonBody = { readonly json: Json | undefined; readonly digest: string };

/** A body as a stream that ends at the bound, with the digest that it must turn out to have. */
export function incomingBody(c: RoomContext, request: SignableRequest, bound: number): Result<IncomingPart, Problem> {
  const declared = Number(c.env.incoming.headers["content-length"]);
  if (declared > bound) return err(tooLarge(bound));
  const field = soleField(request.headers, "content-digest");
  if (!field.ok) return err(problem("digest-missing", "send one `Content-Digest`, signed with the request"));
  const expected = parseContentDigest(field.value);
  if (!expected.ok) return expected;
  const verifier = digestVerifier(expected.value);
  const sha256 = expected.value.find(({ algorithm }) => algorithm === "sha-256");
  if (sha256 === undefined) return err(problem("digest-missing", "the body needs a sha-256 digest beside any other"));
  const arriving: Arriving = { incoming: c.env.incoming, bound, verifier, size: 0, isWhole: false };
  let verdict: boolean | null = null;
  const isIntact = () => {
    verdict ??= arriving.isWhole && verifier.ok();
    return verdict;
  };
  return ok({ bytes: bytesOf(arriving), digest: digestHex(sha256), isIntact, size: () => arriving.size });
}

type Arriving = {
  readonly incoming: IncomingMessage;
  readonly bound: number;
  readonly verifier: DigestVerifier;
  size: number;
  isWhole: boolean;
};

// One function for all requests: each that is made gets a hidden class for its generators, which V8 allocates among
// what has lived long, and which would hold all of its request until the next full collection.
async function* bytesOf(arriving: Arriving): AsyncIterable<Uint8Array> {
  // A body that is read no further is not destroyed: its rest must be drained, or the connection hangs for whatever its
  // client sends next.
  for await (const chunk of arriving.incoming.iterator({ destroyOnReturn: false })) {
    arriving.size += chunk.length;
    if (arriving.size > arriving.bound) return;
    arriving.verifier.update(chunk);
    yield chunk;
  }
  arriving.isWhole = true;
}

function digestHex(sha256: ContentDigest[number]): string {
  return toHex(sha256.digest);
}

function tooLarge(bound: number): Problem {
  return problem("body-too-large", `the body may have ${bound} bytes here`, { bound });
}

function parseBody(bytes: Uint8Array, digest: string): Result<JsonBody, Problem> {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const isUtf8 = Buffer.from(text, "utf8").equals(bytes);
  const json = parseStrictJson(text);
  if (isUtf8 && json.ok) return ok({ json: json.value, digest });
  const detail = json.ok
    ? "the body is not UTF-8"
    : `the body is not strict JSON: ${json.error.kind.replaceAll("-", " ")} at character ${json.error.at}`;
  return err(problem("not-json", detail));
}

function fieldLines(raw: readonly string[]): HeaderLines {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as const] : []));
}
