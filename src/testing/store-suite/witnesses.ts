// Laws of what witnesses see and say: published checkpoints are some of the log's, a cosignature is of one of them, and
// the first word of a witness about a checkpoint stays.

import { describe, expect, test } from "vitest";
import { unixMillis } from "../../domain/instant.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Store } from "../../ports/store.ts";
import { actsOn, appendNext, random, twoPartners } from "./acts.ts";
import { thumbprintOf } from "./rows.ts";

export function witnessesLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);
  const signedAt = unixMillis(1_700_000_000_000);

  /** Publishes the head of the log after one more entry. */
  const publish = (partner: PartnerId): Promise<number> =>
    as(partner).write(async (tx) => {
      await appendNext(tx, [partner]);
      const head = await tx.log.head();
      await tx.log.publish(head);
      return head.size;
    });
  const witnessOf = (partner: PartnerId, name = `${partner}/witness`) => ({
    thumbprint: thumbprintOf(random()),
    partner,
    name,
    key: "key",
  });

  describe("published checkpoints", () => {
    test("are found by what they cover, the smallest first, and the head tells the last", async () => {
      const [ann] = await twoPartners(store());
      const first = await publish(ann);
      await as(ann).write((tx) => appendNext(tx, [ann]));
      const second = await publish(ann);
      await as(ann).read(async (tx) => {
        expect(await tx.log.published(first)).toMatchObject({ size: first, checkpoint: `checkpoint ${first - 1}` });
        expect((await tx.log.published(first + 1))?.size).toBe(second);
        expect(await tx.log.published(second + 1)).toBeNull();
        expect((await tx.log.head()).published).toBe(second);
        expect(await tx.log.appendedAt(second)).toBeNull();
        expect(await tx.log.appendedAt(second - 1)).toBeLessThanOrEqual(tx.now);
      });
    });

    test("are each published once", async () => {
      const [ann] = await twoPartners(store());
      await publish(ann);
      await expect(as(ann).write(async (tx) => tx.log.publish(await tx.log.head()))).rejects.toThrow();
    });
  });

  describe("witnesses", () => {
    test("have a key and a name that no other has or had, and are listed with what they last cosigned", async () => {
      const [ann, bob] = await twoPartners(store());
      const own = witnessOf(ann);
      const sizes = [await publish(ann), await publish(ann)];
      await as(ann).note(async (tx) => {
        expect(await tx.witnesses.register(own)).toBe(true);
        expect(await tx.witnesses.register({ ...own, name: `${ann}/other` })).toBe(false);
        expect(await tx.witnesses.register({ ...witnessOf(ann), name: own.name })).toBe(false);
        for (const size of [...sizes].reverse()) {
          await tx.witnesses.cosign({ size, witness: own.thumbprint, partner: ann, line: `line ${size}`, signedAt });
        }
        await tx.witnesses.retire(own.thumbprint);
      });
      const row = (await as(bob).read((tx) => tx.witnesses.list())).find(({ partner }) => partner === ann);
      expect(row).toMatchObject({ ...own, last: { size: sizes[1], signedAt } });
      expect(row?.retiredAt).not.toBeNull();
    });

    test("say one thing of a published checkpoint, which stays, and nothing of another", async () => {
      const [ann] = await twoPartners(store());
      const size = await publish(ann);
      const own = witnessOf(ann);
      const said = { size, witness: own.thumbprint, partner: ann, signedAt };
      await as(ann).note(async (tx) => {
        await tx.witnesses.register(own);
        await tx.witnesses.cosign({ ...said, line: "first" });
        await tx.witnesses.cosign({ ...said, line: "second" });
        expect((await tx.witnesses.cosignatures(size, 9)).map(({ line }) => line)).toEqual(["first"]);
        expect(await tx.witnesses.cosignedFrom(size, 1)).toBe(size);
        expect(await tx.witnesses.cosignedFrom(size, 2)).toBeNull();
      });
      await expect(
        as(ann).note((tx) => tx.witnesses.cosign({ ...said, size: size + 1, line: "no" })),
      ).rejects.toThrow();
    });
  });
}
