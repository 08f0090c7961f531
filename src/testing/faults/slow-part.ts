// A part on its way by hand: as many of its bytes at a time as a test wants, and then the rest, or nothing more.

import { type ClientRequest, request as httpRequest } from "node:http";
import type { Member } from "../journeys/world.ts";
import { type Answer, signedHeaders } from "../signed-call.ts";

export type SlowPart = {
  /** Sends so many more bytes; resolves when they are on the wire. */
  readonly send: (bytes: number) => Promise<void>;
  readonly finish: () => void;
  /** Cuts the connection. */
  readonly breakOff: () => void;
  /** Rejects when the connection ends without one. */
  readonly answer: Promise<Answer>;
};

/** Begins part 1 of an upload; its head is sent and none of its bytes. */
export function startPart(member: Member, upload: string, bytes: Uint8Array): SlowPart {
  const path = `/v1/uploads/${upload}/parts/1`;
  const call = { method: "PUT", path, key: member.key, bytes, contentType: "text/csv" };
  const { headers } = signedHeaders(member.origin, call);
  const length = { "Content-Length": String(bytes.length) };
  const request = httpRequest(member.origin + path, {
    method: "PUT",
    headers: { ...Object.fromEntries(headers), ...length },
    agent: false,
  });
  request.flushHeaders();
  let sent = 0;
  const answer = answerTo(request);
  // Whoever awaits it hears of it; a test that breaks it off need not.
  answer.catch(() => {});
  return {
    answer,
    send: (count) =>
      new Promise((resolve) => {
        request.write(bytes.subarray(sent, sent + count), () => resolve());
        sent += count;
      }),
    finish: () => request.end(bytes.subarray(sent)),
    breakOff: () => request.destroy(),
  };
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
