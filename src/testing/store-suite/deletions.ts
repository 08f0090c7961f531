// Laws of what is deleted: it is found no more, it still counts where counting protects somebody, and its certificate
// is one.

import { describe, expect, test } from "vitest";
import { contractId } from "../../domain/contract/document.ts";
import { unixMillis } from "../../domain/instant.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { ReleaseRow } from "../../ports/rows.ts";
import type { Store } from "../../ports/store.ts";
import { actsOn, appendNext, bringVersion, customers, newPartners, offer, random, twoPartners } from "./acts.ts";
import { contractAmong, releaseOf } from "./rows.ts";

export function deletionsLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);

  /** Two members whose contract one of them got an audience under, or other answers. */
  async function given(expiresAt = unixMillis(4_000_000_000_123), said: Partial<ReleaseRow> = {}) {
    const [ann, bob] = await twoPartners(store());
    const contract = contractAmong([ann, bob]);
    await offer(store(), contract);
    const versions = [`a${random()}`, `b${random()}`];
    await bringVersion(store(), ann, versions[0] ?? "");
    await bringVersion(store(), bob, versions[1] ?? "");
    const release = await as(ann, bob).write(async (tx) => {
      const named = { id: `rel_${random()}`, recipient: ann, versions: versions.join() };
      const entry = await appendNext(tx, [ann, bob]);
      const answer = '{"consents":{"x/customers":["mail"]},"size":{"released":120}}';
      const row = {
        ...releaseOf(contract, { ...named, entry }),
        analysis: "audience" as const,
        answer,
        expiresAt,
        ...said,
      };
      await tx.releases.add(row, [bob]);
      return row;
    });
    return { ann, bob, contract: contractId(contract), release, versions };
  }

  describe("deletion", () => {
    test("of answers leaves what caps and the guard between lists count, and takes the figures", async () => {
      const { ann, bob, contract, release } = await given();
      expect(await as(ann, bob).write((tx) => tx.releases.forget(contract))).toEqual([release.id]);
      expect(await as(ann, bob).write((tx) => tx.releases.forget(contract))).toEqual([]);
      await as(ann, bob).read(async (tx) => {
        expect(await tx.releases.find(release.id)).toBeNull();
        expect(await tx.releases.list(ann, { after: null, limit: 9 })).toEqual([]);
        const { questionDigest, versions } = release;
        expect(await tx.releases.recorded(contract, [questionDigest], versions)).toEqual([]);
        const touch = { recipients: [ann], analysis: "audience", lineage: customers(bob) } as const;
        expect(await tx.releases.filledAt(touch, { count: 1, periodDays: 1 })).not.toBeNull();
        expect(await tx.releases.filledAt(touch, { count: 2, periodDays: 1 })).toBeNull();
        const [kept] = await tx.releases.audiences(ann, customers(bob));
        expect(kept).toMatchObject({ id: release.id, question: release.question, receipt: "" });
        expect(JSON.parse(kept?.answer ?? "")).toEqual({ consents: { "x/customers": ["mail"] } });
      });
    });

    test("of answers past their time takes those and no others", async () => {
      const now = await as().read(async (tx) => tx.now);
      const [over, kept] = [await given(now), await given()];
      const parties = [over.ann, over.bob, kept.ann, kept.bob];
      const gone = await as(...parties).write((tx) => tx.releases.forgetExpired());
      expect(gone).toEqual([{ id: over.release.id, contract: over.contract }]);
      expect(await as(kept.ann).read((tx) => tx.releases.find(kept.release.id))).not.toBeNull();
    });

    test("of exact overlaps leaves what the guard needs, and of noised ones nothing that it reads", async () => {
      for (const showsExactly of [true, false]) {
        const { ann, bob, contract, release } = await given(undefined, { analysis: "overlap", showsExactly });
        const list = customers(bob);
        await as(ann, bob).write((tx) => tx.releases.forget(contract));
        await as(bob).write((tx) => tx.versions.forget(list));
        await as(ann, bob).read(async (tx) => {
          const kept = await tx.releases.exactFigures(ann, list);
          const { id, question, versions } = release;
          const remains = { id, question, versions, showsExactly };
          expect(kept).toMatchObject(showsExactly ? [remains] : []);
          for (const { answer } of kept) expect(JSON.parse(answer)).toEqual({ consents: { "x/customers": ["mail"] } });
          expect(await tx.releases.unrepeatable(ann, list)).toBe(kept.length);
        });
      }
    });

    test("of a list takes every version out of use, and tells which overlaps cannot be made again", async () => {
      const { ann, bob, versions } = await given(undefined, { analysis: "overlap", showsExactly: true });
      const list = customers(bob);
      expect(await as(ann, bob).read((tx) => tx.releases.unrepeatable(ann, list))).toBe(0);
      const forgotten = await as(bob).write((tx) => tx.versions.forget(list));
      expect(forgotten).toEqual([{ id: versions[1], segment: `segment-of-${versions[1]}` }]);
      expect(await as(bob).write((tx) => tx.versions.forget(list))).toEqual([]);
      await as(ann, bob).read(async (tx) => {
        expect(await tx.versions.current(list)).toBeNull();
        expect(await tx.versions.find(versions[1] ?? "")).toBeNull();
        expect(await tx.versions.list(list)).toEqual([]);
        expect(await tx.versions.sealedWithin(list, 1)).toHaveLength(1);
        expect(await tx.versions.deletedSegments(versions)).toEqual([`segment-of-${versions[1]}`]);
        expect(await tx.releases.unrepeatable(ann, list)).toBe(1);
        expect(await tx.releases.unrepeatable(bob, list)).toBe(0);
      });
      await bringVersion(store(), bob, `c${random()}`);
      expect(await as(bob).read(async (tx) => (await tx.versions.current(list))?.sequence)).toBe(2);
    });

    test("has one certificate, and waits for it across a crash, for its members alone", async () => {
      const { ann, bob, contract } = await given();
      const [eve] = await newPartners(store(), "eve");
      await as(ann, bob).write((tx) => tx.deletions.add({ contract, deleted: "{}" }));
      await expect(as(ann, bob).write((tx) => tx.deletions.add({ contract, deleted: "{}" }))).rejects.toThrow();
      expect(await as(ann).read((tx) => tx.deletions.uncertified())).toEqual([{ contract, deleted: "{}" }]);
      expect(await as(eve ?? ann).read((tx) => tx.deletions.uncertified())).toEqual([]);
      const certify = () =>
        as(ann, bob).write(async (tx) => tx.deletions.certify(contract, await appendNext(tx, [ann, bob])));
      expect([await certify(), await certify()]).toEqual([true, false]);
      expect(await as(ann).read((tx) => tx.deletions.uncertified())).toEqual([]);
    });
  });
}
