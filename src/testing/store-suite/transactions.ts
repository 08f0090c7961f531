// Laws of transactions themselves, and of the log that the writing ones share.
// One store serves all tests, so each brings partners of its own and looks at nothing of others.

import { describe, expect, test } from "vitest";
import { LIMITS } from "../../domain/limits.ts";
import { OPERATOR, type PartnerId } from "../../domain/partner/manifest.ts";
import type { Store } from "../../ports/store.ts";
import { actsOn, appendNext, leafOf, times, twoPartners } from "./acts.ts";
import { schemaOf } from "./rows.ts";

export function transactionsLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);

  describe("transactions", () => {
    test("undo everything when the work throws", async () => {
      const [ann] = await twoPartners(store());
      const failing = as(ann).write(async (tx) => {
        await tx.datasets.create(ann, schemaOf("customers"));
        await appendNext(tx, [ann]);
        throw new Error("on purpose");
      });
      await expect(failing).rejects.toThrow("on purpose");
      expect(await as(ann).read((tx) => tx.datasets.find(ann, "customers"))).toBeNull();
      expect(await as(ann).read((tx) => tx.log.entries(0, 10))).toEqual([]);
    });

    test("refuse to write where they only read", async () => {
      const [ann] = await twoPartners(store());
      await expect(as(ann).read((tx) => tx.nonces.claim(ann, "n", 60))).rejects.toThrow(/read-only/);
    });

    test("tell one time throughout, and a later one later", async () => {
      const [ann] = await twoPartners(store());
      const inOne = await as(ann).write(async (tx) => {
        await tx.datasets.create(ann, schemaOf("customers"));
        const row = await tx.datasets.find(ann, "customers");
        return { now: tx.now, createdAt: row?.createdAt };
      });
      expect(inOne.createdAt).toBe(inOne.now);
      expect(Math.abs(inOne.now - Date.now())).toBeLessThan(60_000);
      expect(await as(ann).read(async (tx) => tx.now)).toBeGreaterThanOrEqual(inOne.now);
    });

    test("that come to act for others see and write their rows from then on, and no other does", async () => {
      const [ann, bob] = await twoPartners(store());
      await as(bob).write((tx) => tx.datasets.create(bob, schemaOf("customers")));
      const seen = await as(ann).write(async (tx) => {
        const before = tx.datasets.find(bob, "customers");
        const joined = tx.actForAlso([bob]);
        const after = tx.datasets.find(bob, "customers");
        await Promise.all([
          joined,
          tx.datasets.create(bob, schemaOf("yachts")),
          tx.datasets.create(ann, schemaOf("own")),
        ]);
        return [await before, (await after)?.partner];
      });
      expect(seen).toEqual([null, bob]);
      expect(await as(ann).read((tx) => tx.datasets.find(bob, "yachts"))).toBeNull();
      expect(await as(bob).read((tx) => tx.datasets.find(bob, "yachts"))).toMatchObject({ partner: bob });
      const foreign = as(ann).write((tx) => tx.datasets.create(bob, schemaOf("stolen")));
      await expect(foreign).rejects.toThrow();
    });

    test("that write run one after the other, each seeing what the one before it did", async () => {
      const [ann] = await twoPartners(store());
      let running = 0;
      let most = 0;
      const sizes = await times(16, () =>
        as(ann).write(async (tx) => {
          running += 1;
          most = Math.max(most, running);
          const index = await appendNext(tx, [ann]);
          running -= 1;
          return index;
        }),
      );
      expect(most).toBe(1);
      const first = Math.min(...sizes);
      expect(sizes.sort((left, right) => left - right)).toEqual(sizes.map((_, place) => first + place));
    });
  });

  describe("the log", () => {
    test("shows an entry to those it concerns, from an index on", async () => {
      const [ann, bob] = await twoPartners(store());
      const index = await as(ann).write(async (tx) => {
        const first = await appendNext(tx, [ann]);
        await appendNext(tx, [ann, bob]);
        await appendNext(tx, [ann, OPERATOR]);
        return first;
      });
      const seen = (partner: PartnerId, from: number, limit: number) =>
        as(partner).read(async (tx) => (await tx.log.entries(from, limit)).map((row) => row.index - index));
      expect(await seen(ann, 0, 10)).toEqual([0, 1, 2]);
      expect(await seen(ann, index + 1, 1)).toEqual([1]);
      expect(await seen(bob, 0, 10)).toEqual([1]);
      expect(await as(bob).read((tx) => tx.log.entries(index + 1, 1))).toEqual([
        { index: index + 1, entry: `entry ${index + 1}` },
      ]);
    });

    test("tells whether entries since then concern a party, and where too many follow that they might", async () => {
      const [ann, bob] = await twoPartners(store());
      const index = await as(ann).write(async (tx) => {
        const first = await appendNext(tx, [ann, bob]);
        await appendNext(tx, [ann]);
        return first;
      });
      const since = async (partner: PartnerId, from: number) => {
        const { now: _, ...news } = await store().logSince([partner], from);
        return news;
      };
      expect(await since(bob, index)).toEqual({ size: index + 2, isOurs: true });
      expect(await since(bob, index + 1)).toEqual({ size: index + 2, isOurs: false });
      expect(await since(ann, index + 1)).toEqual({ size: index + 2, isOurs: true });
      expect(await since(ann, index + 2)).toEqual({ size: index + 2, isOurs: false });
      // A log that is shorter than it was is another one.
      expect(await since(ann, index + 3)).toEqual({ size: index + 2, isOurs: true });
      await as(ann).write(async (tx) => {
        for (let more = 1; more < LIMITS.entriesLookedThrough; more++) await appendNext(tx, [ann]);
      });
      const size = index + 1 + LIMITS.entriesLookedThrough;
      expect(await since(bob, index + 1)).toEqual({ size, isOurs: false });
      await as(ann).write((tx) => appendNext(tx, [ann]));
      expect(await since(bob, index + 1)).toEqual({ size: size + 1, isOurs: true });
      const { now } = await store().logSince([ann, bob], 0);
      expect(now).toBe(Math.floor(now));
      expect(await as(ann).read(async (tx) => [await tx.log.size(), tx.now >= now])).toEqual([size + 1, true]);
    });

    test("gives back its head and the hashes asked for, in the order asked", async () => {
      const [ann, bob] = await twoPartners(store());
      const index = await as(ann).write(async (tx) => {
        await appendNext(tx, [ann]);
        return appendNext(tx, [ann]);
      });
      const head = await as(bob).read((tx) => tx.log.head());
      expect(head).toMatchObject({ size: index + 1, checkpoint: `checkpoint ${index}` });
      expect(head.frontier.slice(-2)).toEqual([leafOf(index - 1).hash, leafOf(index).hash]);
      const places = [index, index - 1].map((place) => ({ level: 0, index: place }));
      const nodes = await as(bob).read((tx) => tx.log.nodes(places));
      expect(nodes).toEqual([leafOf(index), leafOf(index - 1)]);
      expect(await as(bob).read((tx) => tx.log.nodes([{ level: 9, index: 5 }]))).toEqual([]);
    });

    test("refuses an entry that does not follow the last one, and one that concerns nobody", async () => {
      const [ann] = await twoPartners(store());
      const append = (step: number, parties: readonly PartnerId[]) =>
        as(ann).write(async (tx) => {
          const { size } = await tx.log.head();
          const entry = { index: size + step, entry: "an entry" };
          const head = { size: size + step + 1, frontier: [], checkpoint: "", published: 0, signer: null };
          await tx.log.append({ entry, parties, nodes: [], head });
        });
      await expect(append(1, [ann])).rejects.toThrow(/follow/);
      await expect(append(-1, [ann])).rejects.toThrow(/follow/);
      await expect(append(0, [])).rejects.toThrow();
    });
  });
}
