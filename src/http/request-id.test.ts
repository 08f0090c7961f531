import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { unixMillis } from "../domain/instant.ts";
import { requestNames } from "./request-id.ts";

const NOW = 1_800_000_000_000;
const nameRequest = requestNames({ clock: () => unixMillis(NOW), random: (count) => randomBytes(count) });
const NAME = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function uuidAt(millis: number): string {
  const time = millis.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7abc-9def-0123456789ab`;
}

describe("the name of a request", () => {
  test("is the room's own where the client says none, and never the same twice", () => {
    const names = Array.from({ length: 500 }, () => nameRequest({ requestId: undefined, traceparent: undefined }));
    expect(names.filter((name) => !NAME.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(500);
    expect(names[0]?.replaceAll("-", "").slice(0, 12)).toBe(NOW.toString(16).padStart(12, "0"));
  });

  test("is the client's where that was made today, in whichever case", () => {
    const name = uuidAt(NOW - 3_600_000);
    expect(nameRequest({ requestId: name.toUpperCase(), traceparent: undefined })).toBe(name);
  });

  test("is the trace's where there is one, and the client's own name comes first", () => {
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
    expect(nameRequest({ requestId: undefined, traceparent })).toBe(trace);
    expect(nameRequest({ requestId: uuidAt(NOW), traceparent })).toBe(uuidAt(NOW));
  });

  test.each([
    ["an advertising id", randomUUID()],
    ["an advertising id that reads as a time of today", uuidAt(NOW).replace("-7abc-", "-4abc-")],
    ["a digest", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    ["an e-mail address", "person7@example.org"],
    ["a phone number", "+441632960961"],
    ["a name of another year", uuidAt(NOW - 400 * 86_400_000)],
    ["line breaks", `${uuidAt(NOW)}\n`],
    ["half a digest", "9f86d081884c7d659a2feaa0c55ad015"],
  ])("is not the client's where that is %s", (_, requestId) => {
    expect(nameRequest({ requestId, traceparent: undefined })).toMatch(NAME);
    expect(nameRequest({ requestId, traceparent: requestId })).not.toContain(requestId.slice(-12));
  });

  test.each([
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-1-01",
    "",
  ])("is not taken from the malformed trace `%s`", (traceparent) => {
    expect(nameRequest({ requestId: undefined, traceparent })).toMatch(NAME);
  });
});
