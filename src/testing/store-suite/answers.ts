// Laws of the privacy ledger and of releases.
// What is spent never exceeds what was agreed, and what was answered stays as it was.

import { describe, expect, test } from "vitest";
import { type DatasetRef, datasetRef } from "../../domain/dataset/schema.ts";
import { type UnixMillis, unixMillis } from "../../domain/instant.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Analysis } from "../../domain/policy/limits-document.ts";
import type { Store, Transaction } from "../../ports/store.ts";
import { actsOn, appendNext, bringVersion, customers, newPartners, offer, random, times, twoPartners } from "./acts.ts";
import { contractAmong, releaseOf } from "./rows.ts";

export function answersLaws(store: () => Store): void {
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
      expect(await as(ann).read((tx) => tx.ledger.spentOn(accounts))).toEqual([11n, 0n, 0n, 5n]);
      const others = [{ ...line(yachts, 1n, bob), cap: null }];
      await expect(as(bob).write((tx) => tx.ledger.debit(others))).rejects.toThrow();
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

  describe("releases", () => {
    /** Two members, a contract, a version each, and a way to record an answer to one of them. */
    async function asked() {
      const [ann, bob] = await twoPartners(store());
      const contract = contractAmong([ann, bob]);
      const versions = [`a${random()}`, `b${random()}`];
      await offer(store(), contract);
      await bringVersion(store(), ann, versions[0] ?? "");
      await bringVersion(store(), bob, versions[1] ?? "");
      const answer = (
        recipient: PartnerId,
        said: {
          versions?: string;
          analysis?: Analysis;
          questionDigest?: string;
          outcome?: "withheld";
          showsExactly?: true;
          coin?: Uint8Array;
          counted?: string;
          expiresAt?: UnixMillis;
        } = {},
      ) =>
        as(ann, bob).write(async (tx) => {
          const entry = await appendNext(tx, [ann, bob]);
          const named = { id: `rel_${random()}`, recipient, versions: versions.join(), entry };
          const release = { ...releaseOf(contract, named), ...said };
          await tx.releases.add(release, [ann, bob]);
          return release;
        });
      return { ann, bob, contract, versions, answer };
    }

    test("give the recorded answer to every member, and a release to its recipient", async () => {
      const { ann, bob, answer } = await asked();
      const release = await answer(ann);
      const { contract, questionDigest, versions } = release;
      const other = await answer(bob, { questionDigest: "0".repeat(64) });
      const ask = (on: string) => (tx: Transaction) =>
        tx.releases.recorded(contract, [questionDigest, other.questionDigest], on);
      const [newest, recorded, ...others] = await as(bob).read(ask(versions));
      expect([newest?.id, others]).toEqual([other.id, []]);
      expect(recorded).toMatchObject({ ...release, collectedAt: null });
      expect(recorded?.expiresAt).toBe(release.expiresAt);
      expect(await as(ann).read((tx) => tx.releases.find(release.id))).toEqual(recorded);
      const one = await as(ann).read((tx) => tx.releases.recorded(contract, [questionDigest], versions));
      expect(one).toEqual([recorded]);
      const [eve] = await newPartners(store(), "eve");
      expect(await as(eve ?? ann).read(ask(versions))).toEqual([]);
      expect(await as(ann).read(ask(`${versions},x`))).toEqual([]);
    });

    test("are given no more once they are past their end, though they are still there", async () => {
      const { ann, bob, answer } = await asked();
      const { id, contract, questionDigest, versions } = await answer(ann, { expiresAt: unixMillis(1) });
      expect(await as(bob).read((tx) => tx.releases.recorded(contract, [questionDigest], versions))).toEqual([]);
      expect(await as(ann).read((tx) => tx.releases.find(id))).toMatchObject({ id });
    });

    test("are listed to their recipient, newest first, page by page", async () => {
      const { ann, bob, answer } = await asked();
      const ids = [await answer(ann), await answer(ann), await answer(bob), await answer(ann)].map(({ id }) => id);
      const list = (after: string | null, limit: number) =>
        as(ann).read(async (tx) => (await tx.releases.list(ann, { after, limit })).map(({ id }) => id));
      expect(await list(null, 2)).toEqual([ids[3], ids[1]]);
      expect(await list(ids[1] ?? null, 2)).toEqual([ids[0]]);
    });

    test("are collected once, by their recipient", async () => {
      const { ann, bob, answer } = await asked();
      const { id } = await answer(ann);
      const collect = (partner: PartnerId) => as(partner).write((tx) => tx.releases.collect(id, "a,b"));
      await expect(collect(bob)).rejects.toThrow();
      expect(await Promise.all([collect(ann), collect(ann)])).toEqual(expect.arrayContaining([true, false]));
      expect(await collect(ann)).toBe(false);
    });

    test("fill caps of their recipients, for each list that they touch, within the days asked", async () => {
      const { ann, bob, answer } = await asked();
      const ids = [await answer(ann), await answer(bob), await answer(ann)].map(({ id }) => id);
      const at = await as(ann).read((tx) =>
        Promise.all(ids.map(async (id) => (await tx.releases.find(id))?.releasedAt)),
      );
      const filled = (recipients: readonly PartnerId[], lineage: DatasetRef, periodDays: number) =>
        as(ann, bob).read((tx) =>
          Promise.all(
            [1, 2, 3, 4].map((count) =>
              tx.releases.filledAt({ recipients, analysis: "overlap", lineage }, { count, periodDays }),
            ),
          ),
        );
      expect(await filled([ann], customers(bob), 30)).toEqual([at[2], at[0], null, null]);
      expect(await filled([ann], customers(ann), 30)).toEqual([at[2], at[0], null, null]);
      expect(await filled([bob], customers(ann), 30)).toEqual([at[1], null, null, null]);
      expect(await filled([ann, bob], customers(ann), 30)).toEqual([at[2], at[1], at[0], null]);
      expect(await filled([ann], customers(bob), 0)).toEqual([null, null, null, null]);
      expect(await filled([ann], datasetRef(bob, "yachts"), 30)).toEqual([null, null, null, null]);
      const audiences = { recipients: [ann], analysis: "audience", lineage: customers(bob) } as const;
      const cap = { count: 1, periodDays: 30 };
      expect(await as(ann, bob).read((tx) => tx.releases.filledAt(audiences, cap))).toBeNull();
    });

    test("of lists and of figures are found by their list, without what no guard compares with", async () => {
      const { ann, bob, answer } = await asked();
      const overlap = await answer(ann, { showsExactly: true });
      const table = await answer(ann, { analysis: "crosstab", showsExactly: true });
      await answer(ann);
      await answer(ann, { analysis: "audience", outcome: "withheld" });
      const { id } = await answer(ann, { analysis: "audience" });
      const suppression = await answer(ann, { analysis: "suppression" });
      const audiences = (recipient: PartnerId, lineage: DatasetRef) =>
        as(ann, bob).read(async (tx) => (await tx.releases.audiences(recipient, lineage)).map((row) => row.id));
      expect(await audiences(ann, customers(bob))).toEqual([suppression.id, id]);
      expect(await audiences(ann, datasetRef(bob, "yachts"))).toEqual([]);
      expect(await audiences(bob, customers(bob))).toEqual([]);
      const exact = await as(ann, bob).read((tx) => tx.releases.exactFigures(ann, customers(bob)));
      expect(exact.map((row) => row.id)).toEqual([table.id, overlap.id]);
      expect(await as(ann, bob).read((tx) => tx.releases.exactFigures(bob, customers(bob)))).toEqual([]);
    });

    test("that contact people are found by any list that they touch, within days, and by their names", async () => {
      const { ann, bob, answer } = await asked();
      const { contract } = await answer(ann, { analysis: "suppression" });
      await answer(ann, { analysis: "audience", outcome: "withheld" });
      const coin = new Uint8Array([1, 2, 3]);
      const counted = '{"x/customers":[]}';
      const ids = [
        await answer(ann, { analysis: "audience", coin, counted }),
        await answer(bob, { analysis: "audience" }),
      ];
      const [newest, oldest] = [...ids].reverse().map(({ id }) => id);
      const contacting = (lineage: DatasetRef, days: number) =>
        as(bob).read(async (tx) => (await tx.releases.contacting(lineage, days)).map(({ id }) => id));
      expect(await contacting(customers(bob), 30)).toEqual([newest, oldest]);
      expect(await contacting(customers(ann), 30)).toEqual([newest, oldest]);
      expect(await contacting(customers(bob), 0)).toEqual([]);
      expect(await contacting(datasetRef(bob, "yachts"), 30)).toEqual([]);
      expect(await as(ann, bob).read((tx) => tx.releases.audiences(ann, customers(bob)))).toMatchObject([
        { analysis: "suppression", coin: null },
      ]);
      await as(ann, bob).write((tx) => tx.releases.forget(contract));
      const [kept, ...others] = await as(ann, bob).read((tx) => tx.releases.named([oldest ?? ""]));
      expect(others).toEqual([]);
      expect(kept).toMatchObject({ id: oldest, counted, receipt: "" });
      expect(new Uint8Array(kept?.coin ?? [])).toEqual(coin);
    });

    test("tell which version of its own list their recipient last asked about, forgotten ones too", async () => {
      const { ann, bob, versions, answer } = await asked();
      const last = (recipient: PartnerId, lineage: DatasetRef) =>
        as(ann, bob).read((tx) => tx.releases.lastAsked(recipient, lineage));
      expect(await last(ann, customers(ann))).toBeNull();
      const { contract } = await answer(ann);
      const later = `a${random()}`;
      await bringVersion(store(), ann, later);
      expect(await last(ann, customers(ann))).toBe(versions[0]);
      expect(await last(bob, customers(bob))).toBeNull();
      await answer(ann, { versions: [later, versions[1]].join(), outcome: "withheld" });
      await as(ann, bob).write((tx) => tx.releases.forget(contract));
      expect(await last(ann, customers(ann))).toBe(later);
    });

    test("of some questions come as a series: the recipient's own, released, newest first, so many", async () => {
      const { ann, bob, answer } = await asked();
      const [one, two] = [{ questionDigest: "1".repeat(64) }, { questionDigest: "2".repeat(64) }];
      const ids = [];
      for (const said of [one, two, one]) ids.push((await answer(ann, said)).id);
      await answer(ann, { ...one, outcome: "withheld" });
      await answer(ann);
      await answer(bob, one);
      const series = (limit: number) =>
        as(ann, bob).read(async (tx) =>
          (await tx.releases.series(ann, [one.questionDigest, two.questionDigest], limit)).map(({ id }) => id),
        );
      expect(await series(9)).toEqual([...ids].reverse());
      expect(await series(2)).toEqual([ids[2], ids[1]]);
    });

    test("name versions that are there, and an entry of the log", async () => {
      const { ann, answer, contract, versions } = await asked();
      await expect(answer(ann, { versions: `${versions.join()},ver_unknown` })).rejects.toThrow(/cannot see/);
      const named = { id: `rel_${random()}`, recipient: ann, versions: versions[0] ?? "", entry: 4_000_000_000 };
      await expect(as(ann).write((tx) => tx.releases.add(releaseOf(contract, named), [ann]))).rejects.toThrow();
    });
  });
}
