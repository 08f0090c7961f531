// What partners were told, held against what the room tells afterwards: one that was killed may forget nothing of it.

import { expect } from "vitest";
import type { BusyRoom } from "./busy-room.ts";
import { type Keys, mustCall, textOf } from "./small-world.ts";

type Told = { readonly origin: string; readonly busy: BusyRoom; readonly keys: Keys };

/** Whatever was acknowledged is given again: by its key in the same bytes, a release by its id, a contract in force. */
export async function verifyAnswers({ origin, busy, keys }: Told): Promise<void> {
  for (const { call, answer } of busy.sent) {
    if (call.method === "POST") expect((await mustCall(origin, call)).text).toBe(answer?.text);
  }
  for (const { by, answer } of answers(busy)) {
    const path = `/v1/releases/${textOf(answer, "id")}`;
    expect((await mustCall(origin, { method: "GET", path, key: keys[by] })).body).toEqual(answer.body);
  }
  for (const { kind, by, answer } of busy.sent) {
    if (kind !== "offer" || answer === null) continue;
    const path = `/v1/contracts/${textOf(answer, "id")}`;
    const found = await mustCall(origin, { method: "GET", path, key: keys[by] });
    expect(found.body).toMatchObject({ state: { kind: "in-force" } });
  }
}

/** The answers to questions. */
export function answers(busy: BusyRoom) {
  return busy.sent.flatMap(({ kind, by, answer }) =>
    (kind === "overlap" || kind === "audience") && answer !== null ? [{ by, answer }] : [],
  );
}
