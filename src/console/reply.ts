// How the console's pages leave: nothing inline runs, nothing comes from or goes elsewhere, nothing is kept by caches.

import { streamOf } from "../http/stream-text.ts";
import type { Shown } from "./visit.ts";

export const COOKIE = "__Host-concordat";

/** What a page and its workers may load: what comes from here. */
export const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
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

/** A page. */
export function pageResponse(status: number, text: string): Response {
  return new Response(text, { status, headers: PAGE_HEADERS });
}

/** A file piece by piece, to be kept under a name or read by a script. Names have letters that need no quoting. */
export function piecesResponse({ type, pieces, name }: Extract<Shown, { kind: "pieces" }>): Response {
  const kept = name === undefined ? {} : { "content-disposition": `attachment; filename="${name}"` };
  return new Response(streamOf(pieces), { headers: { ...PAGE_HEADERS, ...kept, "content-type": type } });
}

/** The way to another page (RFC 9110 §15.4.4), with a cookie set or taken back where one is given. */
export function goResponse(to: string, cookie: string | null): Response {
  const headers = new Headers({ ...PAGE_HEADERS, location: to });
  if (cookie !== null) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/**
 * The session's cookie: it stays with this host and path (`__Host-`), out of scripts' reach, and ends with the browser.
 * Browsers take it over http from loopback addresses too, so there is one form of it everywhere.
 */
export function sessionCookie(value: string): string {
  return `${COOKIE}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

/** What takes the cookie back. */
export const NO_COOKIE = `${COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`;
