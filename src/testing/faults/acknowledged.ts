// What partners were told, held against what the room tells afterwards: one that was killed may forget nothing of it.

import { expect } from "vitest";
import { inTurns } from "../../engine/columnar/turns.ts";
import type { BusyRoom } from "./busy-room.ts";
import { type Keys, mustCall, textOf } from "./small-world.ts";

type Told = { readonly origin: string; readonly busy: BusyRoom; readonly keys: Keys };

/** Requests at once: thousands of them wait for each other's answers no longer than the room takes. */
export const ASKED_AT_ONCE = 16;

/** Whatever was acknowledged is given again: by its key in the same bytes, a release by its id, a contract in force. */
export async function verifyAnswers({ origin, busy, keys }: Told): Promise<void> {
  await inTurns(busy.sent, ASKED_AT_ONCE, async ({ call, answer }) => {
    if (call.method === "POST") expect((await mustCall(origin, call)).text).toBe(answer?.text);
  });
  await inTurns(answers(busy), ASKED_AT_ONCE, async ({ by, answer }) => {
    const path = `/v1/releases/${textOf(answer, "id")}`;
    expect((await mustCall(origin, { method: "GET", path, key: keys[by] })).body).toEqual(answer.body);
  });
  await inTurns(busy.sent, ASKED_AT_ONCE, async ({ kind, by, answer }) => {
    if (kind !== "offer" || answer === null) return;
    const path = `/v1/contracts/${textOf(answer, "id")}`;
    const found = await mustCall(origin, { method: "GET", path, key: keys[by] });
    expect(found.body).toMatchObject({ state: { kind: "in-force" } });
  });
}

/** The answers to questions. */
export function answers(busy: BusyRoom) {
  return busy.sent.flatMap(({ kind, by, answer }) =>
    (kind === "overlap" || kind === "audience") && answer !== null ? [{ by, answer }] : [],
  );
}
