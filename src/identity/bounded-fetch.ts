// Requests to addresses that partners name. The room stands in a network of its own, which no partner may look into
// through it: where a name leads is judged at the moment of connecting, so a name that changes its mind gains nothing.
// Redirects are not followed, and answers are bounded in time and bytes.

import { type LookupAddress, lookup } from "node:dns";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as securedRequest } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import type { CustomFetch } from "openid-client";
import { LIMITS } from "../domain/limits.ts";

/** The name of an error that says where no partner may send the room. Its message is a sentence that may be shown. */
export const PLACE_REFUSED = "PlaceRefused";

const INWARD =
  "its address lies in a network of the room's own; the operator can allow that host with CONCORDAT_SIGN_IN_HOSTS";
const PLAIN = "it is spoken to without TLS, which is for named hosts of the room's own machine";

/** A fetch that reaches the open network over TLS, and of what lies inward only hosts that are named. */
export function boundedFetch(reachable: readonly string[]): CustomFetch {
  return async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const isNamed = reachable.includes(host);
    if (url.protocol === "http:" && !(isNamed && isLoopback(host))) throw placeRefused(PLAIN);
    if (!isNamed && isIP(host) !== 0 && isInward(host)) throw placeRefused(INWARD);
    const sent = { method, headers, signal: signal ?? AbortSignal.timeout(LIMITS.providerSeconds * 1_000) };
    return exchange(url, { ...sent, ...(isNamed ? {} : { lookup: outwardLookup }) }, textOf(body));
  };
}

type Sent = {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  readonly lookup?: LookupFunction;
};

function exchange(url: URL, sent: Sent, body: string | null): Promise<Response> {
  const ask = url.protocol === "http:" ? plainRequest : securedRequest;
  return new Promise((resolve, reject) => {
    const request = ask(url, sent, (answer) => responseOf(answer).then(resolve, reject));
    request.on("error", reject);
    request.end(body ?? undefined);
  });
}

async function responseOf(answer: IncomingMessage): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > LIMITS.providerBytes) throw placeRefused("it answers with more than a provider has to say");
    chunks.push(chunk);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one);
  }
  const status = answer.statusCode ?? 502;
  const isEmpty = status === 204 || status === 205 || status === 304;
  return new Response(isEmpty ? null : Buffer.concat(chunks), { status, headers });
}

// Every address that a name has must lie outward: which of them is taken is not ours to say.
const outwardLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (failure, found: LookupAddress[]) => {
    if (failure !== null) return callback(failure, "");
    const [first] = found;
    if (first === undefined || found.some(({ address }) => isInward(address))) {
      return callback(placeRefused(INWARD), "");
    }
    return options.all === true ? callback(null, found) : callback(null, first.address, first.family);
  });
};

function textOf(body: unknown): string | null {
  if (body === null || body === undefined) return null;
  if (typeof body === "string" || body instanceof URLSearchParams) return String(body);
  throw new Error("a sign-in sends forms and no other bodies");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

// What is not the open network: RFC 6890 and the registries behind it. 4 in 6 counts as what it holds.
const INWARD_BLOCKS: readonly (readonly [string, number, "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 96, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["64:ff9b:1::", 48, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];

const blocked = new BlockList();
for (const [net, prefix, family] of INWARD_BLOCKS) blocked.addSubnet(net, prefix, family);

// Whether an address is one that the open network does not have.
function isInward(address: string): boolean {
  return blocked.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function placeRefused(says: string): Error {
  return Object.assign(new Error(says), { name: PLACE_REFUSED });
}
