// How the console's pages leave: nothing inline runs, nothing comes from or goes elsewhere, nothing is kept by caches.

import { LIMITS } from "../domain/limits.ts";

import { streamOf } from "../http/stream-text.ts";
import type { Shown } from "./visit.ts";

/** The cookies: of the session, of a sign-in on its way to a provider, and of where the last one began. */
export const COOKIE = "__Host-concordat";
export const ATTEMPT_COOKIE = "__Host-concordat-sign-in";
export const ENTRANCE_COOKIE = "__Host-concordat-entrance";

/** What a page and its workers may load: what comes from here. */
export const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

// With `no-referrer` browsers would send forms with the origin `null`, and the origin is what a form is believed by.
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": CSP,
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  vary: "cookie",
};

const KEPT = "Path=/; Secure; HttpOnly; SameSite=Lax";

/** A page. */
export function pageResponse(status: number, text: string, cookies: readonly string[] = []): Response {
  return withCookies(new Headers(PAGE_HEADERS), { status, text, cookies });
}

/** A file piece by piece, to be kept under a name or read by a script. Names have letters that need no quoting. */
export function piecesResponse({ type, pieces, name }: Extract<Shown, { kind: "pieces" }>): Response {
  const kept = name === undefined ? {} : { "content-disposition": `attachment; filename="${name}"` };
  return new Response(streamOf(pieces), { headers: { ...PAGE_HEADERS, ...kept, "content-type": type } });
}

/**
 * A page that leads elsewhere at once. The browser follows the field and not a redirect, since a form may lead to this
 * room alone (`form-action`), through every redirect that comes of it.
 */
export function leadingResponse(to: string, text: string, cookies: readonly string[]): Response {
  return withCookies(new Headers({ ...PAGE_HEADERS, refresh: `0; url=${to}` }), { status: 200, text, cookies });
}

/** The way to another page (RFC 9110 §15.4.4), with cookies set or taken back where some are given. */
export function goResponse(to: string, cookies: readonly string[] = []): Response {
  return withCookies(new Headers({ ...PAGE_HEADERS, location: to }), { status: 303, text: null, cookies });
}

type Reply = { readonly status: number; readonly text: string | null; readonly cookies: readonly string[] };

function withCookies(headers: Headers, { status, text, cookies }: Reply): Response {
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(text, { status, headers });
}

/**
 * The session's cookie: it stays with this host and path (`__Host-`), out of scripts' reach, and ends with the browser.
 * Browsers take it over http from loopback addresses too, so there is one form of it everywhere.
 */
export function sessionCookie(value: string): string {
  return `${COOKIE}=${value}; ${KEPT}`;
}

/** What ties a sign-in to this browser until it comes back; `Lax`, since it comes back from another site. */
export function attemptCookie(value: string): string {
  return `${ATTEMPT_COOKIE}=${value}; ${KEPT}; Max-Age=${LIMITS.signInAttemptMinutes * 60}`;
}

/** Where this browser signs in again with one click. No secret of anybody's session. */
export function entranceCookie(value: string): string {
  return `${ENTRANCE_COOKIE}=${value}; ${KEPT}; Max-Age=${LIMITS.entranceSeconds}`;
}

/** What takes a cookie back. */
export function endedCookie(name: string): string {
  return `${name}=; ${KEPT}; Max-Age=0`;
}
