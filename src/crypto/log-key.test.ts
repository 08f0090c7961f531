import { expect, test } from "vitest";
import { generateSigningKey } from "./jwk.ts";
import {
  everyKey,
  firstKeyIn,
  followKeys,
  formatLogKey,
  handOverNotes,
  lastOf,
  parseLogKey,
  signHandOver,
} from "./log-key.ts";
import { parseVerifierKey, rawPublicKey, signNote, verifierKey } from "./signed-note.ts";

const ORIGIN = "concordat/log";
const [one, two, three, thief] = Array.from({ length: 4 }, () => generateSigningKey().key);
if (one === undefined || two === undefined || three === undefined || thief === undefined) throw new Error("four keys");
const textOf = (key: typeof one, name = ORIGIN) => verifierKey(name, rawPublicKey(key.publicKey));
const first = parseVerifierKey(textOf(one));
if (!first.ok) throw new Error("a key");
const notes = [
  signHandOver(ORIGIN, 7, { signer: one, next: two.publicKey }),
  signHandOver(ORIGIN, 12, { signer: two, next: three.publicKey }),
] as const;

test("who trusts the first key follows each hand-over to the one that signs now, and again changes nothing", () => {
  const followed = followKeys(first.value, notes);
  if (!followed.ok) throw new Error(followed.error);
  expect(everyKey(followed.value).map(({ key }) => key.thumbprint)).toEqual(
    [one, two, three].map(({ publicKey }) => publicKey.thumbprint),
  );
  expect(everyKey(followed.value).map(({ handOver }) => handOver?.index)).toEqual([7, 12, undefined]);
  expect(lastOf(followed.value).key.thumbprint).toBe(three.publicKey.thumbprint);
  expect(followKeys(followed.value, notes)).toEqual(followed);
  expect(followKeys(followed.value, notes.slice(0, 1))).toEqual(followed);
  expect(handOverNotes(followed.value)).toEqual(notes);
  expect(firstKeyIn(notes)?.key.thumbprint).toBe(one.publicKey.thumbprint);
  expect(firstKeyIn([])).toBeNull();
});

test("as text it is the key and a line a note, and what was trusted alone stays what it was", () => {
  expect(formatLogKey(first.value)).toBe(textOf(one));
  const followed = followKeys(first.value, notes);
  if (!followed.ok) throw new Error(followed.error);
  const text = formatLogKey(followed.value);
  expect(text.split("\n")).toHaveLength(3);
  expect(parseLogKey(`${text}\n`)).toEqual(followed);
  for (const wrong of ["", "key", `${text}\nAA`, text.split("\n").slice(1).join("\n"), text.replace("\n", "\n*")])
    expect(parseLogKey(wrong)).toEqual({ ok: false, error: "not-a-log-key" });
});

test("nobody else hands over, nor for another log, nor twice, nor in another order", () => {
  const by = (signer: typeof one, next: typeof one, origin = ORIGIN) =>
    signHandOver(origin, 7, { signer, next: next.publicKey });
  const text = `concordat log key hand-over 1\n${ORIGIN}\n7\n${textOf(two)}\n${textOf(thief)}\n`;
  const wrong: readonly (readonly string[])[] = [
    [by(thief, two)],
    [by(one, two, "concordat/other")],
    [notes[1]],
    [notes[0], notes[0]],
    [notes[0].replace("\n7\n", "\n8\n")],
    [notes[0].replace("\n7\n", "\n07\n")],
    [signNote(text, [{ name: ORIGIN, key: one }])],
    [signNote(`${ORIGIN}\n7\nAA\n`, [{ name: ORIGIN, key: one }])],
    ["not a note"],
  ];
  for (const given of wrong) expect(followKeys(first.value, given)).toEqual({ ok: false, error: "not-handed-over" });
  const followed = followKeys(first.value, notes);
  if (!followed.ok) throw new Error(followed.error);
  expect(followKeys(followed.value, [by(one, thief)])).toEqual({ ok: false, error: "not-handed-over" });
});
