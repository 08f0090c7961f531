// Laws of uploads and of the versions that they make.
// A list is its partner's own; only an act for every partner sees them all.

import { describe, expect, test } from "vitest";
import { datasetRef } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { OPERATOR, type PartnerId } from "../../domain/partner/manifest.ts";
import type { Change } from "../../ports/matcher.ts";
import type { NoticeRow, ObjectionRow } from "../../ports/rights.ts";
import type { Store } from "../../ports/store.ts";
import { actsOn, appendNext, bringVersion, customers, everyPartner, random, times, twoPartners } from "./acts.ts";
import { REPORT, schemaOf, sealedVersionOf } from "./rows.ts";

export function listsLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);

  describe("uploads", () => {
    const part = (number: number) => ({ number, digest: `d${number}`, bytes: 8_388_608, columns: ["ref", 'e,"mail"'] });

    async function opening(partner: PartnerId, change: Change = "replace"): Promise<string> {
      const id = `upl_${random()}`;
      await as(partner).write((tx) => tx.datasets.create(partner, schemaOf("customers")));
      await as(partner).note((tx) => tx.uploads.open({ id, partner, dataset: "customers", change }));
      return id;
    }
    const addPart = (partner: PartnerId, id: string, number: number) =>
      as(partner).note(async (tx) => {
        const upload = await tx.uploads.find(id);
        if (upload === null) throw new Error("no upload");
        await tx.uploads.addPart(upload, { ...part(number), report: REPORT });
      });

    test("keep their parts in order, for their partner alone", async () => {
      const [ann, bob] = await twoPartners(store());
      const id = await opening(ann);
      await addPart(ann, id, 2);
      await addPart(ann, id, 1);
      await expect(addPart(ann, id, 1)).rejects.toThrow();
      const parts = await as(ann).read((tx) => tx.uploads.parts(id));
      expect(parts).toEqual([1, 2].map((number) => ({ ...part(number), report: REPORT })));
      expect(await as(bob).read((tx) => tx.uploads.find(id))).toBeNull();
      expect(await as(bob).read((tx) => tx.uploads.parts(id))).toEqual([]);
    });

    test.each(["replace", "upsert", "delete"] as const)("keep what they do to the list: %s", async (change) => {
      const [ann] = await twoPartners(store());
      const id = await opening(ann, change);
      expect(await as(ann).read((tx) => tx.uploads.find(id))).toMatchObject({ id, change, state: "open" });
    });

    test("are listed to their partner while they are open, by dataset, newest first", async () => {
      const [ann, bob] = await twoPartners(store());
      const first = await opening(ann);
      const second = `upl_${random()}`;
      await as(ann).note((tx) => tx.uploads.open({ id: second, partner: ann, dataset: "customers", change: "upsert" }));
      const open = (by: PartnerId, dataset: string) =>
        as(by).read(async (tx) => (await tx.uploads.listOpen(ann, dataset)).map(({ id }) => id));
      expect(await open(ann, "customers")).toEqual([second, first]);
      expect([await open(bob, "customers"), await open(ann, "others")]).toEqual([[], []]);
      await as(ann).note((tx) => tx.uploads.close(second, "dropped", null));
      expect(await open(ann, "customers")).toEqual([first]);
    });

    test("take nothing more once they are closed, and are closed once", async () => {
      const [ann] = await twoPartners(store());
      const id = await opening(ann);
      await as(ann).note((tx) => tx.uploads.close(id, "committed", "ver_1"));
      const upload = await as(ann).read((tx) => tx.uploads.find(id));
      expect(upload).toMatchObject({ id, partner: ann, dataset: "customers", state: "committed", version: "ver_1" });
      expect(upload?.closedAt).toBeGreaterThanOrEqual(upload?.openedAt ?? Number.POSITIVE_INFINITY);
      await expect(addPart(ann, id, 1)).rejects.toThrow(/not open/);
      await expect(as(ann).note((tx) => tx.uploads.close(id, "dropped", null))).rejects.toThrow(/not open/);
    });

    test("are named while they are open, and as idle when no part came for long", async () => {
      const [ann, bob] = await twoPartners(store());
      const [open, closed] = [await opening(ann), await opening(bob)];
      await as(bob).note((tx) => tx.uploads.close(closed, "refused", null));
      const everybody = await everyPartner(store());
      const openIds = await as(...everybody).read((tx) => tx.uploads.openIds());
      expect(openIds).toContain(open);
      expect(openIds).not.toContain(closed);
      const idle = (days: number) => as(ann, bob).read(async (tx) => (await tx.uploads.idle(days)).map(({ id }) => id));
      expect([await idle(LIMITS.uploadDays), await idle(0)]).toEqual([[], [open]]);
      await as(ann).note((tx) => addPart(ann, open, 1).then(() => tx.uploads.find(open)));
    });

    test("and segments are named only to whoever acts for all, since what is not named is deleted", async () => {
      const [ann] = await twoPartners(store());
      await expect(as(ann).note((tx) => tx.uploads.openIds())).rejects.toThrow(/every partner/);
      await expect(as(OPERATOR).note((tx) => tx.versions.segments())).rejects.toThrow(/every partner/);
    });
  });

  describe("versions", () => {
    test("count up within their dataset, the last one in force", async () => {
      const [ann, bob] = await twoPartners(store());
      const ids = [random(), random(), random()];
      for (const id of ids) await bringVersion(store(), ann, id);
      await bringVersion(store(), bob, random());
      const list = await as(ann).read((tx) => tx.versions.list(customers(ann)));
      expect(list.map((row) => [row.id, row.sequence])).toEqual(ids.map((id, place) => [id, place + 1]).reverse());
      const pageAfter = (id: string, limit = 9) =>
        as(ann).read((tx) => tx.versions.list(customers(ann), { after: id, limit }));
      expect(await pageAfter(list[0]?.id ?? "", 1)).toEqual(list.slice(1, 2));
      expect([await pageAfter(list[1]?.id ?? ""), await pageAfter("ver_none")]).toEqual([list.slice(2), []]);
      const current = await as(ann).read((tx) => tx.versions.current(customers(ann)));
      expect(current).toEqual(list[0]);
      expect(current).toMatchObject(sealedVersionOf(ann, ids[2] ?? ""));
      expect(await as(ann).read((tx) => tx.versions.find(ids[0] ?? ""))).toEqual(list[2]);
      expect(await as(bob).read((tx) => tx.versions.find(ids[0] ?? ""))).toBeNull();
      expect(await as(bob).read((tx) => tx.versions.current(customers(ann)))).toBeNull();
      const both = [customers(bob), customers(ann), datasetRef(ann, "yachts")];
      expect(await as(ann).read((tx) => tx.versions.currentOf(both))).toEqual([current]);
      const seen = await as(ann, bob).read((tx) => tx.versions.currentOf(both));
      expect(seen.map(({ partner, sequence }) => [partner, sequence]).sort()).toEqual(
        [
          [ann, 3],
          [bob, 1],
        ].sort(),
      );
      expect(await as(ann).read((tx) => tx.versions.sealedWithin(customers(ann), 1))).toEqual(
        list.map((row) => row.sealedAt),
      );
      expect(await as(ann).read((tx) => tx.versions.sealedWithin(customers(ann), 0))).toEqual([]);
      const segments = await as(...(await everyPartner(store()))).read((tx) => tx.versions.segments());
      expect(segments).toEqual(expect.arrayContaining(list.map((row) => row.segment)));
    });

    test.each(["upsert", "delete"] as const)("keep what an increment did to the version before: %s", async (change) => {
      const [ann] = await twoPartners(store());
      const [full, laid] = [random(), random()];
      await bringVersion(store(), ann, full);
      const increment = { rowsRemoved: 3, rowsAdded: 0, referencesUnknown: 5_000_000_000 };
      const drift = { from: "ver_before", people: 7 };
      const version = { ...sealedVersionOf(ann, laid), change, increment, drift };
      await as(ann).write((tx) => tx.versions.add(version));
      const list = await as(ann).read((tx) => tx.versions.list(customers(ann)));
      expect(list.map((row) => [row.change, row.increment])).toEqual([
        [change, increment],
        ["replace", null],
      ]);
      const unsaid = { ...sealedVersionOf(ann, random()), change };
      await expect(as(ann).write((tx) => tx.versions.add(unsaid))).rejects.toThrow(/version_increment_counts/);
      const oversaid = { ...sealedVersionOf(ann, random()), increment };
      await expect(as(ann).write((tx) => tx.versions.add(oversaid))).rejects.toThrow(/version_increment_counts/);
    });

    test("number one after the other when they are added at the same time", async () => {
      const [ann] = await twoPartners(store());
      await bringVersion(store(), ann, random());
      const added = await times(6, () => as(ann).write((tx) => tx.versions.add(sealedVersionOf(ann, random()))));
      expect(added.sort()).toEqual([2, 3, 4, 5, 6, 7]);
    });

    test("keep name and place when their file is made anew, which their partner alone may do", async () => {
      const [ann, bob] = await twoPartners(store());
      const id = random();
      await bringVersion(store(), ann, id);
      const before = await as(ann).read((tx) => tx.versions.find(id));
      const sealed = { segment: "e".repeat(64), people: 7, duplicates: 1, bytes: 99, scheme: "blake3/2" };
      await expect(as(bob).write((tx) => tx.versions.reseal(id, sealed))).rejects.toThrow(/is not there/);
      await as(ann).write((tx) => tx.versions.reseal(id, sealed));
      expect(await as(ann).read((tx) => tx.versions.find(id))).toEqual({ ...before, ...sealed });
    });
  });

  describe("erasures", () => {
    test("are kept in their order, each number once, for their partner alone", async () => {
      const [ann, bob] = await twoPartners(store());
      const erasure = (number: number) => ({ partner: ann, number, sealed: Uint8Array.of(number, 0, 255) });
      for (const number of [2, 1]) await as(ann).write((tx) => tx.erasures.add(erasure(number)));
      await expect(as(ann).write((tx) => tx.erasures.add(erasure(2)))).rejects.toThrow();
      await expect(as(bob).write((tx) => tx.erasures.add(erasure(3)))).rejects.toThrow();
      expect(await as(ann).read((tx) => tx.erasures.list(ann))).toEqual([erasure(1), erasure(2)]);
      expect(await as(bob).read((tx) => tx.erasures.list(ann))).toEqual([]);
      expect(await as(ann).read((tx) => tx.erasures.count(ann))).toBe(2);
      expect(await as(bob).read((tx) => tx.erasures.count(ann))).toBe(0);
    });
  });

  describe("objections", () => {
    test("are kept in their order, each number once, for their partner alone", async () => {
      const [ann, bob] = await twoPartners(store());
      const made = { partner: ann, kind: "made", scope: '{"channel":"post"}', sealed: Uint8Array.of(0, 255) } as const;
      const kept: ObjectionRow[] = [];
      for (const number of [2, 1]) {
        await as(ann).write(async (tx) => {
          const row = { ...made, number, entry: await appendNext(tx, [ann]) };
          await tx.objections.add(row);
          kept.unshift(row);
        });
      }
      const again = { ...made, number: 2, entry: 0 };
      await expect(as(ann).write((tx) => tx.objections.add(again))).rejects.toThrow();
      await expect(as(bob).write((tx) => tx.objections.add({ ...again, number: 3 }))).rejects.toThrow();
      expect(await as(ann).read((tx) => tx.objections.list(ann))).toEqual(kept);
      expect(await as(bob).read((tx) => tx.objections.list(ann))).toEqual([]);
      expect(await as(ann).read((tx) => tx.objections.count(ann))).toBe(2);
      expect(await as(bob).read((tx) => tx.objections.count(ann))).toBe(0);
      expect(await as(ann).read((tx) => tx.objections.counts([bob, ann, bob]))).toEqual([0, 2, 0]);
    });
  });

  describe("requests for deletion", () => {
    test("wait in order for whoever the transaction acts for, and are forgotten by id", async () => {
      const [ann, bob] = await twoPartners(store());
      const row = (partner: PartnerId, id: string) => ({ partner, id, issuer: "a.example", sealed: Uint8Array.of(1) });
      for (const one of [row(ann, "b"), row(bob, "c"), row(ann, "a")])
        await as(ann, bob).write((tx) => tx.deletionRequests.add(one));
      await expect(as(bob).write((tx) => tx.deletionRequests.add(row(ann, "d")))).rejects.toThrow();
      const waiting = (limit: number, ...whom: PartnerId[]) =>
        as(...whom).read(async (tx) => (await tx.deletionRequests.waiting(limit)).map(({ id }) => id));
      expect([await waiting(9, ann, bob), await waiting(1, ann), await waiting(9, bob)]).toEqual([
        ["b", "c", "a"],
        ["b"],
        ["c"],
      ]);
      const anew = { ...row(ann, "a"), sealed: Uint8Array.of(2) };
      await as(ann).write((tx) => tx.deletionRequests.reseal(anew));
      await expect(as(ann).write((tx) => tx.deletionRequests.reseal(row(ann, "x")))).rejects.toThrow();
      expect(await as(ann).write((tx) => tx.deletionRequests.forget(ann, ["b", "x"]))).toBe(1);
      expect(await as(ann, bob).read((tx) => tx.deletionRequests.waiting(9))).toEqual([row(bob, "c"), anew]);
      expect(await as(bob).read((tx) => tx.deletionRequests.count(ann))).toBe(0);
    });

    test("come from requesters that are registered, ended, and registered again with other keys", async () => {
      const [ann, bob] = await twoPartners(store());
      const requester = { issuer: "a.example", audience: "optional" as const, keys: [{ kty: "OKP" }] };
      await as(ann).write((tx) => tx.requesters.put(ann, requester));
      await expect(as(bob).write((tx) => tx.requesters.put(ann, requester))).rejects.toThrow();
      await as(ann).write((tx) => tx.requesters.retire(ann, requester.issuer));
      const find = () => as(ann).read((tx) => tx.requesters.find(ann, requester.issuer));
      expect(await find()).toMatchObject({ ...requester, retiredAt: expect.any(Number) });
      const next = { ...requester, keys: [{ kty: "EC" }] };
      await as(ann).write((tx) => tx.requesters.put(ann, next));
      expect(await find()).toMatchObject({ ...next, retiredAt: null });
      expect(await as(ann).read((tx) => tx.requesters.list(ann))).toEqual([await find()]);
      expect(await as(bob).read((tx) => tx.requesters.find(ann, requester.issuer))).toBeNull();
    });
  });

  describe("removal notices", () => {
    test("wait for their recipient alone, in order, until they are fetched and acknowledged", async () => {
      const [ann, bob] = await twoPartners(store());
      const notice = (id: string, release: string, isWhole = false) =>
        ({ recipient: ann, id, release, isWhole, sealed: Uint8Array.of(id.length) }) satisfies NoticeRow;
      const rows = [notice("b", "one"), notice("aa", "two", true), notice("c", "one")];
      for (const row of [...rows, notice("d", "two", true)]) await as(ann, bob).write((tx) => tx.notices.add(row));
      await expect(as(bob).write((tx) => tx.notices.add(notice("e", "three")))).rejects.toThrow();
      const waiting = (after: string | null, limit: number) =>
        as(ann).read((tx) => tx.notices.waiting(ann, { after, limit }));
      expect(await waiting(null, 9)).toEqual(rows);
      expect(await waiting("b", 1)).toEqual([rows[1]]);
      expect(await as(bob).read((tx) => tx.notices.waiting(ann, { after: null, limit: 9 }))).toEqual([]);
      await expect(as(ann).write((tx) => tx.notices.acknowledge(ann, ["b"]))).rejects.toThrow();
      const act = as(ann);
      await act.write((tx) => tx.notices.fetch(ann, ["b", "c"]));
      expect(await act.read((tx) => tx.notices.countFetched(ann, ["b", "aa", "c", "x"]))).toBe(2);
      for (const ids of [["b"], ["b"], []]) await act.write((tx) => tx.notices.acknowledge(ann, ids));
      expect((await waiting(null, 9)).map(({ id }) => id)).toEqual(["aa", "c"]);
      expect(await act.read((tx) => tx.notices.countFetched(ann, ["b", "c"]))).toBe(2);
    });
  });
}
