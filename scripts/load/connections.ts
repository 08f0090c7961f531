// Signed calls over connections that are kept, by the plain client of the platform. The sender mostly shares the room's
// two cores, and with `fetch` it took a quarter of all that they did.

import { Agent as PlainAgent, request as requestPlainly } from "node:http";
import { request as requestByTls, Agent as TlsAgent } from "node:https";
import { type SignedCall, signedHeaders } from "../../src/testing/signed-call.ts";

export type Reply = { readonly status: number; readonly text: string };

// A connection that nobody uses is closed from here, before the room closes it, which would meet a request on its way.
const KEPT = { keepAlive: true, timeout: 3_000 };

/** A client of a room by its origin; each call signs, sends, and reads the reply to its end. */
export function connectionsTo(origin: string): (call: SignedCall) => Promise<Reply> {
  const isTls = new URL(origin).protocol === "https:";
  const agent = isTls ? new TlsAgent(KEPT) : new PlainAgent(KEPT);
  const begin = isTls ? requestByTls : requestPlainly;
  return (call) =>
    new Promise((resolve, reject) => {
      const { headers, bytes } = signedHeaders(origin, call);
      const options = { agent, method: call.method, headers: Object.fromEntries(headers) };
      const sent = begin(origin + call.path, options, (reply) => {
        const parts: Buffer[] = [];
        reply.on("data", (part: Buffer) => parts.push(part));
        reply.once("error", reject);
        reply.once("end", () => resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      });
      sent.once("error", reject);
      sent.end(bytes ?? undefined);
    });
}
