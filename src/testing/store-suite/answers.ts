// Laws of releases: what was answered stays as it was.

import { describe, expect, test } from "vitest";
import { type DatasetRef, datasetRef } from "../../domain/dataset/schema.ts";
import { type UnixMillis, unixMillis } from "../../domain/instant.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Analysis } from "../../domain/policy/limits-document.ts";
import type { Store, Transaction } from "../../ports/store.ts";
import { actsOn, appendNext, bringVersion, customers, newPartners, offer, random, twoPartners } from "./acts.ts";
import { contractAmong, releaseOf } from "./rows.ts";

export function answersLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);

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
      const given = (partner: PartnerId, on: string, limit = 9) =>
        as(partner).read(async (tx) => [...(await tx.releases.givenOn(contract, on, limit))].sort());
      expect(await given(bob, versions)).toEqual([questionDigest, other.questionDigest].sort());
      expect(await given(bob, versions, 1)).toHaveLength(1);
      expect(await given(bob, `${versions},x`)).toEqual([]);
      expect(await given(eve ?? ann, versions)).toEqual([]);
    });

    test("are given no more once they are past their end, though they are still there", async () => {
      const { ann, bob, answer } = await asked();
      const { id, contract, questionDigest, versions } = await answer(ann, { expiresAt: unixMillis(1) });
      expect(await as(bob).read((tx) => tx.releases.recorded(contract, [questionDigest], versions))).toEqual([]);
      expect(await as(bob).read((tx) => tx.releases.givenOn(contract, versions, 9))).toEqual([]);
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
      const given = [await answer(ann), await answer(bob), await answer(ann)];
      const rows = await as(ann).read((tx) => Promise.all(given.map(({ id }) => tx.releases.find(id))));
      const at = rows.map((row) => row?.releasedAt);
      const filled = (recipients: readonly PartnerId[], lineage: DatasetRef, periodDays = 30) =>
        as(ann, bob).read((tx) => {
          const touch = { recipients, analysis: "overlap", lineage } as const;
          return Promise.all([1, 2, 3, 4].map((count) => tx.releases.filledAt(touch, { count, periodDays })));
        });
      expect(await filled([ann], customers(bob))).toEqual([at[2], at[0], null, null]);
      expect(await filled([ann], customers(ann))).toEqual([at[2], at[0], null, null]);
      expect(await filled([bob], customers(ann))).toEqual([at[1], null, null, null]);
      expect(await filled([ann, bob], customers(ann))).toEqual([at[2], at[1], at[0], null]);
      expect(await filled([ann], customers(bob), 0)).toEqual([null, null, null, null]);
      expect(await filled([ann], datasetRef(bob, "yachts"))).toEqual([null, null, null, null]);
      const audiences = { recipients: [ann], analysis: "audience", lineage: customers(bob) } as const;
      expect(await as(ann).read((tx) => tx.releases.filledAt(audiences, { count: 1, periodDays: 30 }))).toBeNull();
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
