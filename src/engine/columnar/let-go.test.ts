import { createCipheriv } from "node:crypto";
import { expect, it } from "vitest";
import { letGo } from "./let-go.ts";

it("takes away what a cipher answered, and leaves what lies in larger or shared memory", () => {
  const cipher = createCipheriv("aes-256-gcm", new Uint8Array(32), new Uint8Array(12));
  const answers = [cipher.update(new Uint8Array(100_000)), cipher.update(new Uint8Array(1))];
  const part = new Uint8Array(16).subarray(4);
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  letGo([...answers, part, shared]);
  expect(answers.map(({ length }) => length)).toEqual([0, 0]);
  expect([part.length, shared.length]).toEqual([12, 8]);
  letGo([]);
});
