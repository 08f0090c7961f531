// Laws of partners, keys, enrolment codes, nonces and idempotency records.
// What two ask for at the same moment only one of them gets.

import { describe, expect, test } from "vitest";
import { unixMillis } from "../../domain/instant.ts";
import { OPERATOR, type PartnerId } from "../../domain/partner/manifest.ts";
import type { Store } from "../../ports/store.ts";
import { actsOn, random, times, twoPartners } from "./acts.ts";
import { manifestOf, party, thumbprintOf } from "./rows.ts";

export function partiesLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);

  describe("partners and keys", () => {
    test("are a directory for everybody who acts, in the order of their ids", async () => {
      const [ann, bob] = await twoPartners(store());
      const [before] = [ann, bob].sort();
      const row = await as(bob).read((tx) => tx.partners.find(ann));
      expect(row).toEqual({ id: ann, manifest: manifestOf(ann), addedAt: row?.addedAt, leftAt: null });
      expect(await as(bob).read((tx) => tx.partners.find(party("nobody-here")))).toBeNull();
      expect(await as(bob).read((tx) => tx.partners.find(OPERATOR))).toMatchObject({ id: OPERATOR, manifest: null });
      const named = await as(bob).read((tx) => tx.partners.named([bob, party("nobody-here"), ann]));
      expect(named.map(({ id }) => id).sort()).toEqual([ann, bob].sort());
      const all = await as(bob).read((tx) => tx.partners.list({ after: null, limit: 1_000 }));
      expect(all.map((one) => one.id)).toEqual(all.map((one) => one.id).sort());
      const page = await as(bob).read((tx) => tx.partners.list({ after: before ?? null, limit: 1 }));
      expect(page.map((one) => one.id)).toEqual([all[all.findIndex((one) => one.id === before) + 1]?.id]);
    });

    test("are added by the operator or by themselves, and once", async () => {
      const [ann] = await twoPartners(store());
      const stranger = party(`stranger-${random()}`);
      await expect(as(ann).write((tx) => tx.partners.add(stranger, manifestOf(stranger)))).rejects.toThrow();
      await expect(as(OPERATOR).write((tx) => tx.partners.add(ann, manifestOf(ann)))).rejects.toThrow();
    });

    test("are found by thumbprint, and revoked at one time only", async () => {
      const [ann, bob] = await twoPartners(store());
      const second = thumbprintOf(`second-${ann}`);
      await as(ann).write((tx) => tx.keys.register({ thumbprint: second, partner: ann, jwk: '{"kty":"OKP"}' }));
      await as(ann).write((tx) => tx.keys.revoke(second));
      const key = await as(OPERATOR).read((tx) => tx.keys.find(second));
      expect(key).toMatchObject({ thumbprint: second, partner: ann, jwk: '{"kty":"OKP"}' });
      expect(key?.revokedAt).toBeGreaterThanOrEqual(key?.registeredAt ?? Number.POSITIVE_INFINITY);
      await as(ann).write((tx) => tx.keys.revoke(second));
      expect(await as(bob).read((tx) => tx.keys.find(second))).toEqual(key);
      const all = await as(bob).read((tx) => tx.keys.ofPartner(ann));
      expect(all.map((one) => one.thumbprint)).toEqual([thumbprintOf(ann), second]);
    });

    test("belong to one partner, and no other revokes them", async () => {
      const [ann, bob] = await twoPartners(store());
      const taken = { thumbprint: thumbprintOf(ann), partner: bob, jwk: "{}" };
      await expect(as(bob).write((tx) => tx.keys.register(taken))).rejects.toThrow();
      await expect(as(bob).write((tx) => tx.keys.revoke(thumbprintOf(ann)))).rejects.toThrow();
      expect(await as(bob).read((tx) => tx.keys.find(thumbprintOf(ann)))).toMatchObject({ revokedAt: null });
    });

    test("enrol with a code that is right, in time, the last one issued, and once", async () => {
      const [ann] = await twoPartners(store());
      const issue = (digest: string, days: number) =>
        as(OPERATOR).write((tx) => tx.enrolments.issue(ann, digest, days));
      const redeem = (digest: string) => as(ann).write((tx) => tx.enrolments.redeem(ann, digest));
      await issue("first", 7);
      await issue("second", 7);
      expect([await redeem("first"), await redeem("second"), await redeem("second")]).toEqual([false, true, false]);
      await issue("late", 0);
      expect(await redeem("late")).toBe(false);
      await issue("third", 1);
      expect(await redeem("third")).toBe(true);
    });
  });

  describe("nonces", () => {
    test("are claimed once, however many claim them at the same time", async () => {
      const [ann] = await twoPartners(store());
      const claims = await times(20, () => as(ann).note((tx) => tx.nonces.claim(ann, "the-nonce", 300)));
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await as(ann).note((tx) => tx.nonces.claim(ann, "the-nonce", 300))).toBe(false);
    });

    test("are each partner's own, and new again when their time is over", async () => {
      const [ann, bob] = await twoPartners(store());
      const claim = (partner: PartnerId, seconds: number) =>
        as(partner).note((tx) => tx.nonces.claim(partner, "the-nonce", seconds));
      expect([await claim(ann, 0), await claim(bob, 300)]).toEqual([true, true]);
      expect([await claim(ann, 300), await claim(ann, 300)]).toEqual([true, false]);
      await as(ann, bob).note((tx) => tx.nonces.purge());
      expect([await claim(ann, 300), await claim(bob, 300)]).toEqual([false, false]);
    });

    test("are spent together with a look at the key that signed, by one of many at the same time", async () => {
      const [ann, bob] = await twoPartners(store());
      const thumbprint = thumbprintOf(`${ann}-second`);
      const presented = { thumbprint, partner: ann, nonce: "presented", seconds: 300 };
      const stranger = await store().admit({ ...presented, nonce: "of a stranger" });
      expect([stranger.key, stranger.isNew]).toEqual([null, true]);
      await as(ann).note((tx) => tx.keys.register({ thumbprint, partner: ann, jwk: "{}" }));
      const admitted = await times(20, () => store().admit(presented));
      expect(admitted.filter(({ isNew }) => isNew)).toHaveLength(1);
      for (const { key } of admitted) expect(key).toMatchObject({ partner: ann, revokedAt: null });
      // Whoever says to be another's key is told whose it is, and spends its own nonce.
      expect(await store().admit({ ...presented, partner: bob })).toMatchObject({ key: { partner: ann }, isNew: true });
      await as(ann).note((tx) => tx.keys.revoke(thumbprint));
      const late = await store().admit(presented);
      expect([late.key?.revokedAt !== null, late.isNew, late.now >= (late.key?.revokedAt ?? 0)]).toEqual([
        true,
        false,
        true,
      ]);
    });
  });

  describe("idempotency", () => {
    const reply = { status: 201, contentType: "application/json", body: '{"ok":true}' };
    const start = (partner: PartnerId, key: string, digest: string) =>
      as(partner).note((tx) => tx.idempotency.start(partner, key, digest));
    const finish = (partner: PartnerId, key: string, attempt: number) =>
      as(partner).note((tx) => tx.idempotency.finish({ partner, key, attempt }, reply));

    test("gives one of many the request, the rest the word that it runs, and later all of them the reply", async () => {
      const [ann] = await twoPartners(store());
      const started = await times(12, () => start(ann, "key", "digest"));
      expect(started.filter((one) => one.kind === "fresh")).toEqual([{ kind: "fresh", attempt: 1 }]);
      expect(started.filter((one) => one.kind === "in-flight")).toHaveLength(11);
      expect(await finish(ann, "key", 1)).toBe(true);
      expect(await start(ann, "key", "digest")).toEqual({ kind: "finished", reply });
    });

    test("refuses a key with another request, finished or not, and keeps the first reply", async () => {
      const [ann, bob] = await twoPartners(store());
      await start(ann, "key", "digest");
      expect(await start(ann, "key", "another")).toEqual({ kind: "reused" });
      expect(await start(bob, "key", "another")).toEqual({ kind: "fresh", attempt: 1 });
      await finish(ann, "key", 1);
      expect(await start(ann, "key", "another")).toEqual({ kind: "reused" });
      expect(await finish(ann, "key", 1)).toBe(false);
    });

    test("finishes only the attempt that runs, and forgets only that one", async () => {
      const [ann] = await twoPartners(store());
      await start(ann, "key", "digest");
      expect(await finish(ann, "key", 2)).toBe(false);
      await as(ann).note((tx) => tx.idempotency.abandon({ partner: ann, key: "key", attempt: 2 }));
      const anotherMoment = { partner: ann, key: "key", attempt: 1, begunAt: unixMillis(1) };
      await as(ann).note((tx) => tx.idempotency.abandon(anotherMoment));
      expect(await start(ann, "key", "digest")).toEqual({ kind: "in-flight" });
      await as(ann).note((tx) => tx.idempotency.abandon({ partner: ann, key: "key", attempt: 1 }));
      expect(await start(ann, "key", "another")).toEqual({ kind: "fresh", attempt: 1 });
      await finish(ann, "key", 1);
      await as(ann).note((tx) => tx.idempotency.abandon({ partner: ann, key: "key", attempt: 1 }));
      await as(ann).note((tx) => tx.idempotency.purge());
      expect(await start(ann, "key", "another")).toEqual({ kind: "finished", reply });
    });

    test("lets unfinished requests be taken up when their leases are ended, and leaves finished ones", async () => {
      const [ann, bob] = await twoPartners(store());
      for (const key of ["done", "cut off"]) await start(ann, key, "digest");
      await start(bob, "cut off", "digest");
      await finish(ann, "done", 1);
      await as(ann).note((tx) => tx.idempotency.endLeases());
      expect(await start(ann, "done", "digest")).toEqual({ kind: "finished", reply });
      expect(await start(ann, "cut off", "another")).toEqual({ kind: "reused" });
      expect(await start(ann, "cut off", "digest")).toEqual({ kind: "fresh", attempt: 2 });
      expect(await start(bob, "cut off", "digest")).toEqual({ kind: "in-flight" });
      expect(await finish(ann, "cut off", 1)).toBe(false);
      expect(await finish(ann, "cut off", 2)).toBe(true);
    });
  });
}
