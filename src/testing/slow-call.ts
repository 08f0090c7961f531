// A call on its way by hand: as many of its bytes at a time as a test wants, and then the rest, or nothing more.

import { type ClientRequest, request as httpRequest } from "node:http";
import type { Member } from "./journeys/world.ts";
import { type Answer, type SignedCall, signedHeaders } from "./signed-call.ts";

export type SlowCall = {
  /** Resolves when the server has taken the head and asks for the rest (RFC 9110, section 10.1.1). */
  readonly isBegun: Promise<void>;
  /** Sends so many more bytes; resolves when they are on the wire. */
  readonly send: (bytes: number) => Promise<void>;
  readonly finish: () => void;
  /** Cuts the connection. */
  readonly breakOff: () => void;
  /** Rejects when the connection ends without one. */
  readonly answer: Promise<Answer>;
};

/**
 * Begins a call, on a connection of its own: its head is sent and none of its bytes.
 * @param bytes  what is sent, where it is not what was signed
 */
export function beginCall(origin: string, call: SignedCall, bytes?: Uint8Array): SlowCall {
  const { headers, bytes: signed } = signedHeaders(origin, call);
  const body = bytes ?? signed ?? new Uint8Array();
  const request = httpRequest(origin + call.path, {
    method: call.method,
    headers: { ...Object.fromEntries(headers), "Content-Length": String(body.length), Expect: "100-continue" },
    agent: false,
  });
  request.flushHeaders();
  let sent = 0;
  const answer = answerTo(request);
  // Whoever awaits it hears of it; a test that breaks it off need not.
  answer.catch(() => {});
  return {
    isBegun: new Promise((resolve) => request.once("continue", resolve)),
    answer,
    send: (count) =>
      new Promise((resolve) => {
        request.write(body.subarray(sent, sent + count), () => resolve());
        sent += count;
      }),
    finish: () => request.end(body.subarray(sent)),
    breakOff: () => request.destroy(),
  };
}

/** Begins a part of an upload; `sent` are its bytes where they are not those that were signed. */
export function startPart(
  member: Member,
  part: { readonly upload: string; readonly number?: number; readonly signed: Uint8Array; readonly sent?: Uint8Array },
): SlowCall {
  const path = `/v1/uploads/${part.upload}/parts/${part.number ?? 1}`;
  const call = { method: "PUT", path, key: member.key, bytes: part.signed, contentType: "text/csv" };
  return beginCall(member.origin, call, part.sent);
}

function answerTo(request: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, text, body: JSON.parse(text) });
      });
    });
  });
}
