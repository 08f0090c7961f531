// Laws of the privacy ledger: what is spent never exceeds what was agreed.

import { describe, expect, test } from "vitest";
import { type DatasetRef, datasetRef } from "../../domain/dataset/schema.ts";
import { DAY_MILLIS } from "../../domain/instant.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Store } from "../../ports/store.ts";
import { actsOn, customers, random, times, twoPartners } from "./acts.ts";

export function ledgerLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);

  describe("the ledger", () => {
    const line = (lineage: DatasetRef, nanoRho: bigint, recipient: PartnerId | "everyone" = "everyone") => ({
      ...{ lineage, recipient, nanoRho },
      release: `rel_${random()}`,
    });
    const spent = (owner: PartnerId, recipient: PartnerId | "everyone", days: number | null) =>
      as(owner).read((tx) => tx.ledger.spent(customers(owner), recipient, days));

    test("grants exactly the debits that fit, when 32 ask at once and each decides by what is spent", async () => {
      const [ann] = await twoPartners(store());
      const [cap, price] = [1_000_000_007n, 100_000_000n];
      const granted = await times(32, () =>
        as(ann).write(async (tx) => {
          if ((await tx.ledger.spent(customers(ann), "everyone", null)) + price > cap) return false;
          await tx.ledger.debit([{ ...line(customers(ann), price), cap }]);
          return true;
        }),
      );
      expect(granted.filter(Boolean)).toHaveLength(10);
      expect(await spent(ann, "everyone", null)).toBe(1_000_000_000n);
      expect(await spent(ann, "everyone", 1)).toBe(1_000_000_000n);
    });

    test("refuses what goes above the cap, even when 32 ask at once without looking", async () => {
      const [ann] = await twoPartners(store());
      const outcomes = await times(32, () =>
        as(ann)
          .write((tx) => tx.ledger.debit([{ ...line(customers(ann), 3n), cap: 20n }]))
          .then(
            () => "granted",
            () => "refused",
          ),
      );
      expect(outcomes.filter((one) => one === "granted")).toHaveLength(6);
      expect(await spent(ann, "everyone", null)).toBe(18n);
      expect(await as(ann).read((tx) => tx.ledger.lines(ann, { after: null, limit: 100 }))).toHaveLength(6);
    });

    test("refuses a cap below what is spent, and takes any amount where there is no cap", async () => {
      const [ann, bob] = await twoPartners(store());
      const debit = (nanoRho: bigint, cap: bigint | null) =>
        as(ann).write((tx) => tx.ledger.debit([{ ...line(customers(ann), nanoRho, bob), cap }]));
      const huge = 2n ** 70n;
      await debit(huge, null);
      await debit(1n, null);
      await expect(debit(0n, huge)).rejects.toThrow();
      await expect(debit(-1n, null)).rejects.toThrow();
      expect(await spent(ann, bob, null)).toBe(huge + 1n);
      expect(await spent(ann, bob, 30)).toBe(huge + 1n);
    });

    test("keeps recipients, lineages and days apart", async () => {
      const [ann, bob] = await twoPartners(store());
      const yachts = datasetRef(ann, "yachts");
      await as(ann).write(async (tx) => {
        await tx.ledger.debit([
          { ...line(customers(ann), 5n, bob), cap: null },
          { ...line(customers(ann), 7n), cap: 100n },
          { ...line(yachts, 11n, bob), cap: null },
        ]);
      });
      expect(await spent(ann, bob, 1)).toBe(5n);
      expect(await spent(ann, "everyone", 1)).toBe(7n);
      expect(await spent(ann, bob, 0)).toBe(0n);
      expect(await as(ann).read((tx) => tx.ledger.spent(yachts, bob, null))).toBe(11n);
      expect(await as(ann).read((tx) => tx.ledger.spent(yachts, "everyone", null))).toBe(0n);
      expect(await as(bob).read((tx) => tx.ledger.spent(yachts, bob, null))).toBe(0n);
      const accounts = [
        { lineage: yachts, recipient: bob, days: null },
        { lineage: customers(ann), recipient: "everyone" as const, days: 0 },
        { lineage: yachts, recipient: ann, days: 1 },
        { lineage: customers(ann), recipient: bob, days: 1 },
      ];
      const found = await as(ann).read((tx) => tx.ledger.spentOn(accounts));
      expect(found.map((one) => one.spent)).toEqual([11n, 0n, 0n, 5n]);
      const others = [{ ...line(yachts, 1n, bob), cap: null }];
      await expect(as(bob).write((tx) => tx.ledger.debit(others))).rejects.toThrow();
    });

    test("tells when the first of what was spent leaves the days asked for", async () => {
      const [ann, bob] = await twoPartners(store());
      const account = { lineage: customers(ann), recipient: bob };
      const untils = () =>
        as(ann).read(async (tx) => {
          const found = await tx.ledger.spentOn([1, 30, null].map((days) => ({ ...account, days })));
          return found.map(({ until }) => until);
        });
      expect(await untils()).toEqual([null, null, null]);
      const at: number[] = [];
      for (const nanoRho of [1n, 2n]) {
        await as(ann).write(async (tx) => {
          at.push(tx.now);
          await tx.ledger.debit([{ ...line(customers(ann), nanoRho, bob), cap: null }]);
        });
      }
      const [first = 0] = at;
      expect(await untils()).toEqual([first + DAY_MILLIS, first + 30 * DAY_MILLIS, null]);
    });

    test("numbers debits that are written together in their order, for each owner by itself", async () => {
      const [ann, bob] = await twoPartners(store());
      const debits = [
        { ...line(customers(ann), 1n, bob), cap: null },
        { ...line(customers(bob), 2n, ann), cap: null },
        { ...line(customers(ann), 3n), cap: 9n },
        { ...line(customers(bob), 4n), cap: 9n },
      ];
      const again = debits.map((debit) => ({ ...debit, release: `rel_${random()}` }));
      for (const written of [debits, again]) await as(ann, bob).write((tx) => tx.ledger.debit(written));
      const linesOf = (owner: PartnerId) => as(owner).read((tx) => tx.ledger.lines(owner, { after: null, limit: 9 }));
      for (const owner of [ann, bob]) {
        const own = [...debits, ...again].filter(({ lineage }) => lineage === customers(owner));
        expect(await linesOf(owner)).toMatchObject(own.map(({ cap: _, ...one }, at) => ({ ...one, number: at + 1 })));
      }
    });

    test("gives its lines to the owner in the order they were written, page by page", async () => {
      const [ann, bob] = await twoPartners(store());
      const written = [1n, 2n, 3n].map((nanoRho) => line(customers(ann), nanoRho, bob));
      for (const one of written) await as(ann, bob).write((tx) => tx.ledger.debit([{ ...one, cap: null }]));
      const lines = (partner: PartnerId, after: string | null) =>
        as(partner).read((tx) => tx.ledger.lines(ann, { after, limit: 2 }));
      const first = await lines(ann, null);
      expect(first).toMatchObject(written.slice(0, 2));
      expect(await lines(ann, String(first[1]?.number))).toMatchObject(written.slice(2));
      expect(await lines(bob, null)).toEqual([]);
    });
  });
}
