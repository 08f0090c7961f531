// One request, signed and sent: its digest (RFC 9530), its idempotency key, its signature over both (RFC 9421).
// Every sending draws a new nonce, so a request that is tried again is signed again.

import { contentDigest } from "../crypto/content-digest.ts";
import { signRequest } from "../crypto/http-signature.ts";
import type { SigningKey } from "../crypto/jwk.ts";
import { toBase64Url } from "../domain/bytes.ts";
import { LIMITS } from "../domain/limits.ts";

/** Who signs, and what signing needs from the world. */
export type Signing = {
  readonly key: SigningKey;
  /** Scheme and authority that the room expects signatures to cover, when it is reached by another address. */
  readonly publicOrigin?: string | undefined;
  /** Milliseconds since the Unix epoch; the room's clock may differ by a minute. */
  readonly clock: () => number;
  /** That many bytes from the operating system's random source. */
  readonly random: (count: number) => Uint8Array;
};

/** Sends a request and answers with the reply's head; the body may still be on its way. */
export type Send = (request: Request) => Promise<Response>;

const NOTHING = new Uint8Array(0);

/** A fresh idempotency key: 128 random bits. */
export function idempotencyKey({ random }: Pick<Signing, "random">): string {
  return toBase64Url(random(LIMITS.nonceBytes));
}

/**
 * A `fetch` that signs. The body is read whole, since its digest precedes it; a POST without an idempotency key gets
 * a random one. Rejects when no reply comes: the network's own error.
 */
export function signedFetch(signing: Signing): Send {
  return async (request) => {
    const body = request.body === null ? NOTHING : new Uint8Array(await request.arrayBuffer());
    const headers = new Headers(request.headers);
    if (body.length > 0) headers.set("content-digest", contentDigest(body));
    if (request.method === "POST" && !headers.has("idempotency-key")) {
      headers.set("idempotency-key", idempotencyKey(signing));
    }
    const { pathname, search, origin } = new URL(request.url);
    const created = Math.floor(signing.clock() / 1_000);
    const signable = {
      method: request.method,
      targetUri: `${signing.publicOrigin ?? origin}${pathname}${search}`,
      headers: [...headers],
      hasBody: body.length > 0,
    };
    const nonce = toBase64Url(signing.random(LIMITS.nonceBytes));
    const times = { created, expires: created + LIMITS.signatureLifeSeconds, nonce };
    for (const [name, value] of signRequest(signing.key, signable, times)) headers.set(name, value);
    const sent = body.length > 0 ? { body } : {};
    return fetch(request.url, { method: request.method, headers, redirect: "error", ...sent });
  };
}
