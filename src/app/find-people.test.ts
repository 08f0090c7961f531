import { expect, it } from "vitest";
import { unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { partnerIdSchema } from "../domain/partner/manifest.ts";
import { ok } from "../domain/result.ts";
import { memoryDatabase } from "../testing/memory-store/store.ts";
import { concludeOnLists } from "./find-people.ts";

/** Work on lists that change until the try of a number: what came of it, and before which tries it rested. */
async function concluded(settledAt: number) {
  const rests: number[] = [];
  let tries = 0;
  const store = memoryDatabase(() => unixMillis(0)).connect();
  const outcome = await concludeOnLists(
    { store, restBefore: async (number) => void rests.push(number) },
    {
      partner: partnerIdSchema.parse("harbour-yachts"),
      name: "find people",
      read: async () => tries++,
      work: async (number) => number,
      isAsThen: async (_, number) => number >= settledAt,
      conclude: async (_, { made }) => made,
    },
  );
  return { outcome, rests };
}

it("begins anew where lists change meanwhile, and rests before each try but the first", async () => {
  expect(await concluded(0)).toEqual({ outcome: ok(0), rests: [0] });
  expect(await concluded(2)).toEqual({ outcome: ok(2), rests: [0, 1, 2] });
  const { outcome, rests } = await concluded(LIMITS.figureTries);
  expect(outcome).toMatchObject({ ok: false, error: { kind: "unavailable" } });
  expect(rests).toEqual(Array.from({ length: LIMITS.figureTries }, (_, number) => number));
});
