// Laws of requests for approval.
// A request is seen by the members of its contract, ends once, and waits no longer than it says.

import { describe, expect, test } from "vitest";
import { contractId } from "../../domain/contract/document.ts";
import { unixMillis } from "../../domain/instant.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import { personIdSchema } from "../../domain/person/person.ts";
import type { Store } from "../../ports/store.ts";
import { actsOn, newPartners, offer, random, twoPartners } from "./acts.ts";
import { contractAmong, thumbprintOf } from "./rows.ts";

const LATER = unixMillis(4_000_000_000_123);
const NOTHING = { because: null, release: null } as const;

export function requestsLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);

  /** Two members, their contract, and a way for the first to ask what the second must approve. */
  async function asking() {
    const [ann, bob] = await twoPartners(store());
    const contract = contractAmong([ann, bob]);
    await offer(store(), contract);
    const ask = async (said: { expiresAt?: typeof LATER; questionDigest?: string; askedWith?: string } = {}) => {
      const request = {
        ...{ id: `req_${random()}`, recipient: ann, contract: contractId(contract), approvers: [bob] },
        ...{ question: '{"a":1}', questionDigest: random(), askedWith: thumbprintOf(ann), expiresAt: LATER },
        ...said,
      };
      await as(ann).write((tx) => tx.requests.add(request));
      return request;
    };
    return { ann, bob, contract: contractId(contract), ask };
  }

  describe("requests for approval", () => {
    test("are read back by the members with what was said to them, and by nobody else", async () => {
      const { ann, bob, ask } = await asking();
      const request = await ask();
      await as(bob).write((tx) =>
        tx.requests.note(request, { kind: "approved", partner: bob, because: "agreed", release: null }),
      );
      const file = await as(ann).read((tx) => tx.requests.find(request.id));
      expect(file).toMatchObject({ ...request, events: [{ kind: "approved", partner: bob, because: "agreed" }] });
      expect(await as(bob).read((tx) => tx.requests.openOf(request))).toEqual(file);
      const [eve] = await newPartners(store(), "eve");
      expect(await as(eve ?? ann).read((tx) => tx.requests.find(request.id))).toBeNull();
      await expect(as(bob).write((tx) => tx.requests.add({ ...request, id: "req_forged" }))).rejects.toThrow();
      const forged = { kind: "approved", partner: bob, ...NOTHING } as const;
      await expect(as(ann).write((tx) => tx.requests.note(request, forged))).rejects.toThrow();
    });

    test("name the person who asked where no key did", async () => {
      const { ann, bob, ask } = await asking();
      const id = personIdSchema.parse(`per_${"a".repeat(22)}`);
      await as(ann).write((tx) => tx.people.add({ partner: ann, id, name: "Ann Lee", role: "marketer" }));
      const request = await ask({ askedWith: id });
      expect((await as(bob).read((tx) => tx.requests.find(request.id)))?.askedWith).toBe(id);
      await expect(ask({ askedWith: `per_${"b".repeat(22)}` })).rejects.toThrow();
    });

    test("end once, and are open until then", async () => {
      const { ann, bob, ask } = await asking();
      const request = await ask();
      const note = (kind: "denied" | "expired" | "approved", partner: PartnerId | null) =>
        as(ann, bob).write((tx) => tx.requests.note(request, { kind, partner, ...NOTHING }));
      await note("approved", bob);
      await expect(note("approved", bob)).rejects.toThrow();
      expect(await as(ann).read((tx) => tx.requests.openOf(request))).not.toBeNull();
      await note("denied", bob);
      await expect(note("expired", null)).rejects.toThrow();
      expect(await as(ann).read((tx) => tx.requests.openOf(request))).toBeNull();
      expect(await as(ann).read((tx) => tx.requests.unended())).toEqual([]);
      expect(await as(ann).read((tx) => tx.requests.find(request.id))).not.toBeNull();
    });

    test("are listed to who asked once they wait no more, ended or out of time, newest first", async () => {
      const { ann, bob, ask } = await asking();
      const now = await as(ann).read(async (tx) => tx.now);
      const [denied, over] = [await ask(), await ask({ expiresAt: now })];
      await ask();
      await as(ann, bob).write((tx) => tx.requests.note(denied, { kind: "denied", partner: bob, ...NOTHING }));
      const ended = (partner: PartnerId, after: string | null, limit = 9) =>
        as(partner).read(async (tx) => (await tx.requests.listEnded(partner, { after, limit })).map(({ id }) => id));
      const whole = await ended(ann, null);
      expect([...whole].sort()).toEqual([denied.id, over.id].sort());
      expect(await ended(ann, null, 1)).toEqual(whole.slice(0, 1));
      expect(await ended(ann, whole[0] ?? null)).toEqual(whole.slice(1));
      expect(await ended(bob, null)).toEqual([]);
    });

    test("wait until they expire by the database's clock, and not a moment longer", async () => {
      const { ann, ask } = await asking();
      const now = await as(ann).read(async (tx) => tx.now);
      const over = await ask({ expiresAt: now });
      const waiting = (recipient: PartnerId) =>
        as(ann).read((tx) => tx.requests.waiting({ contract: over.contract, recipient }));
      const [ended, other] = [await ask(), await ask()];
      expect([await waiting(ann), await waiting(other.approvers[0] ?? ann)]).toEqual([2, 0]);
      for (const request of [ended, other])
        await as(ann).write((tx) => tx.requests.note(request, { kind: "withdrawn", partner: ann, ...NOTHING }));
      expect(await waiting(ann)).toBe(0);
      expect(await as(ann).read((tx) => tx.requests.openOf(over))).toBeNull();
      expect(await as(ann).read((tx) => tx.requests.listOpen(ann, { after: null, limit: 9 }))).toEqual([]);
      expect((await as(ann).read((tx) => tx.requests.unended())).map(({ id }) => id)).toEqual([over.id]);
    });

    test("are listed to who asked and who must approve, page by page, and gain approvers", async () => {
      const { ann, bob, ask } = await asking();
      const ids = [await ask(), await ask(), await ask()].map(({ id }) => id);
      const list = (partner: PartnerId, after: string | null, limit: number) =>
        as(partner).read(async (tx) => (await tx.requests.listOpen(partner, { after, limit })).map(({ id }) => id));
      const whole = await list(bob, null, 9);
      expect([...whole].sort()).toEqual([...ids].sort());
      expect(await list(ann, null, 9)).toEqual(whole);
      expect(await list(bob, null, 2)).toEqual(whole.slice(0, 2));
      expect(await list(bob, whole[1] ?? null, 2)).toEqual(whole.slice(2));
      const named = { id: ids[0] ?? "" };
      await as(ann, bob).write((tx) => tx.requests.addApprovers(named, [ann, bob]));
      expect((await as(ann).read((tx) => tx.requests.find(named.id)))?.approvers).toEqual([ann, bob].sort());
    });

    test("are deleted with their contract, and those of others stay", async () => {
      const [{ ann, contract, ask }, other] = [await asking(), await asking()];
      const ids = [await ask(), await ask()].map(({ id }) => id).sort();
      const kept = await other.ask();
      expect(await as(ann, other.ann).write((tx) => tx.requests.forget(contract))).toEqual(ids);
      expect(await as(ann).read((tx) => tx.requests.find(ids[0] ?? ""))).toBeNull();
      expect(await as(other.ann).read((tx) => tx.requests.find(kept.id))).not.toBeNull();
    });
  });
}
