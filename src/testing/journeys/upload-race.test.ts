// A part that is late: its client lost the connection and sent it again, and both arrive.

import { type ClientRequest, request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "../../domain/bytes.ts";
import { signedHeaders } from "../signed-call.ts";
import { csvOf, people, sha256Hex } from "./lists.ts";
import { bring, commit, declare, type Member, openUpload, openWorld, sendPart, type World } from "./world.ts";

let world: World;
let member: Member;
beforeAll(async () => {
  world = await openWorld();
  member = await bring(world, "late-sender");
  await declare(member);
}, 120_000);
afterAll(() => world.room.discard());

const first = csvOf(people(0, 50), "g");
const other = csvOf(people(100, 200), "o");

describe("a part that arrives after another of its number", () => {
  it.each([
    ["with other bytes is refused", other, other, "part-mismatch"],
    ["damaged is refused", other, other.replace("o100,", "o999,"), "digest-mismatch"],
    ["with the same bytes is the same part", first, first, null],
  ])("%s, and the version holds the first", async (_, signed, sent, kind) => {
    const upload = await openUpload(member);
    const late = startPart(upload, utf8(signed), utf8(sent));
    await late.isUnderWay;
    expect((await sendPart(member, { upload, number: 1, content: first })).status).toBe(200);
    late.finish();
    const answer = await late.answer;
    expect(answer.status === 200 ? null : JSON.parse(answer.text).type).toBe(
      kind === null ? null : `/problems/${kind}`,
    );
    const version = await commit(member, upload, [sha256Hex(utf8(first))]);
    expect(version.body).toMatchObject({ people: 50, report: { read: 50, accepted: 50 } });
  });
});

type Late = {
  readonly isUnderWay: Promise<void>;
  readonly finish: () => void;
  readonly answer: Promise<{ readonly status: number; readonly text: string }>;
};

// Sends half of a part and waits to be told to send the rest.
function startPart(upload: string, signed: Uint8Array, sent: Uint8Array): Late {
  const path = `/v1/uploads/${upload}/parts/1`;
  const call = { method: "PUT", path, key: member.key, bytes: signed, contentType: "text/csv" };
  const { headers } = signedHeaders(world.origin, call);
  const length = { "Content-Length": String(sent.length) };
  const half = Math.floor(sent.length / 2);
  const request: ClientRequest = httpRequest(`${world.origin}${path}`, {
    method: "PUT",
    headers: { ...Object.fromEntries(headers), ...length },
  });
  const answer = new Promise<{ status: number; text: string }>((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
  const isUnderWay = new Promise<void>((resolve) => {
    request.write(sent.subarray(0, half), () => setTimeout(resolve, 300));
  });
  return { isUnderWay, answer, finish: () => request.end(sent.subarray(half)) };
}
