// Laws of contracts, policies, datasets and data keys.
// A row is seen by those it concerns and by nobody else.

import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { canonicalDigest } from "../../domain/canonical-json.ts";
import { contractId } from "../../domain/contract/document.ts";
import { datasetRef } from "../../domain/dataset/schema.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Store } from "../../ports/store.ts";
import { policyOf } from "../documents.ts";
import { actsOn, newPartners, offer, twoPartners } from "./acts.ts";
import { contractAmong, schemaOf, signatureOf } from "./rows.ts";

export function agreementsLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);

  describe("contracts", () => {
    test("hold what was offered, signed and noted, for their members alone", async () => {
      const [ann, bob] = await twoPartners(store());
      const [eve] = await newPartners(store(), "eve");
      const contract = contractAmong([ann, bob]);
      const id = contractId(contract);
      await offer(store(), contract);
      await as(ann, bob).write(async (tx) => {
        await tx.contracts.sign(id, signatureOf(bob));
        await tx.contracts.note(id, { kind: "suspended", partner: bob });
        await tx.contracts.note(id, { kind: "resumed", partner: bob });
        await tx.contracts.note(id, { kind: "terminated", partner: ann });
      });
      const file = await as(ann).read((tx) => tx.contracts.find(id));
      expect(file).toMatchObject({ id, contract, offeredBy: ann, successor: null });
      expect(file?.signatures).toEqual([{ ...signatureOf(bob), at: file?.signatures[0]?.at }]);
      expect(file?.signatures[0]?.at).toBeGreaterThanOrEqual(file?.offeredAt ?? Number.POSITIVE_INFINITY);
      expect(file?.events.map(({ kind, partner }) => [kind, partner])).toEqual([
        ["suspended", bob],
        ["resumed", bob],
        ["terminated", ann],
      ]);
      expect(await as(bob).read((tx) => tx.contracts.find(id))).toEqual(file);
      expect(await as(eve ?? ann).read((tx) => tx.contracts.find(id))).toBeNull();
    });

    test("are signed once by each member, and by nobody else", async () => {
      const [ann, bob] = await twoPartners(store());
      const contract = contractAmong([ann, bob]);
      const id = contractId(contract);
      await offer(store(), contract);
      const sign = (by: PartnerId, actor: PartnerId) => as(actor).write((tx) => tx.contracts.sign(id, signatureOf(by)));
      await sign(ann, ann);
      await expect(sign(ann, ann)).rejects.toThrow();
      await expect(sign(ann, bob)).rejects.toThrow();
      const [eve] = await newPartners(store(), "eve");
      await expect(sign(eve ?? ann, eve ?? ann)).rejects.toThrow();
      await expect(offer(store(), contract)).rejects.toThrow();
    });

    test("are replaced by the later version that all of their members have signed", async () => {
      const [ann, bob] = await twoPartners(store());
      const first = contractAmong([ann, bob]);
      const [firstId] = [contractId(first)];
      const second = contractAmong([ann, bob], { version: 2, previous: firstId });
      await offer(store(), first);
      await offer(store(), second);
      const replaced = () => as(ann).read(async (tx) => (await tx.contracts.find(firstId))?.successor);
      expect(await replaced()).toBeNull();
      await as(ann).write((tx) => tx.contracts.sign(contractId(second), signatureOf(ann)));
      expect(await replaced()).toBeNull();
      await as(bob).write((tx) => tx.contracts.sign(contractId(second), signatureOf(bob)));
      expect(await replaced()).toEqual({ id: contractId(second), from: second.validity.from });
    });

    test("are replaced by one that leaves a member out when that member has signed it too, and sees it", async () => {
      const [ann, bob] = await twoPartners(store());
      const [eve] = await newPartners(store(), "eve");
      const [first, joins] = [contractAmong([ann, bob]), eve ?? ann];
      const other = contractAmong([ann, joins], { version: 2, previous: contractId(first) });
      await offer(store(), first);
      await offer(store(), other, [bob]);
      expect(await as(bob).read((tx) => tx.contracts.find(contractId(other)))).toMatchObject({ leaving: [bob] });
      const successor = () => as(ann).read(async (tx) => (await tx.contracts.find(contractId(first)))?.successor);
      for (const signer of [ann, joins, bob]) {
        expect(await successor()).toBeNull();
        await as(signer).write((tx) => tx.contracts.sign(contractId(other), signatureOf(signer)));
      }
      expect(await successor()).toMatchObject({ id: contractId(other) });
      expect(await as(bob).read(async (tx) => (await tx.contracts.find(contractId(first)))?.successor)).not.toBeNull();
    });

    test("are not replaced by a version that was ended before its first day, but by one ended after it", async () => {
      const replacedBy = async (from: string) => {
        const [ann, bob] = await twoPartners(store());
        const first = contractAmong([ann, bob]);
        const validity = { from, until: "2099-12-31" };
        const second = contractAmong([ann, bob], { version: 2, previous: contractId(first), validity });
        for (const contract of [first, second]) await offer(store(), contract);
        for (const signer of [ann, bob])
          await as(signer).write((tx) => tx.contracts.sign(contractId(second), signatureOf(signer)));
        await as(bob).write((tx) => tx.contracts.note(contractId(second), { kind: "terminated", partner: bob }));
        return as(ann).read(async (tx) => (await tx.contracts.find(contractId(first)))?.successor?.from);
      };
      expect([await replacedBy("2099-01-01"), await replacedBy("2026-01-01")]).toEqual([undefined, "2026-01-01"]);
    });

    test("are not replaced by one that leaves a member out", async () => {
      const [ann, bob] = await twoPartners(store());
      const [eve] = await newPartners(store(), "eve");
      const first = contractAmong([ann, bob]);
      const other = contractAmong([ann, eve ?? bob], { version: 2, previous: contractId(first) });
      await offer(store(), first);
      await offer(store(), other);
      for (const member of [ann, eve ?? bob])
        await as(member).write((tx) => tx.contracts.sign(contractId(other), signatureOf(member)));
      expect(await as(ann).read((tx) => tx.contracts.find(contractId(first)))).toMatchObject({ successor: null });
    });

    test("are listed newest first, page by page", async () => {
      const [ann, bob] = await twoPartners(store());
      const all = ["one", "two", "three"].map((name) => contractAmong([ann, bob], { name }));
      for (const contract of all) await offer(store(), contract);
      const list = (after: string | null, limit: number) =>
        as(bob).read(async (tx) => (await tx.contracts.list({ after, limit })).map((file) => file.contract.name));
      expect(await list(null, 10)).toEqual(["three", "two", "one"]);
      const [, second] = all;
      expect(await list(second === undefined ? null : contractId(second), 10)).toEqual(["one"]);
      expect(await list(null, 2)).toEqual(["three", "two"]);
    });
  });

  describe("policies, datasets and data keys", () => {
    test("keep every version of a policy, the highest in force, for its partner alone", async () => {
      const [ann, bob] = await twoPartners(store());
      const put = (version: number) => {
        const policy = policyOf(ann, { version });
        return as(ann).write((tx) => tx.policies.put(policy, canonicalDigest(policy)));
      };
      for (const version of [1, 2]) await put(version);
      await expect(put(2)).rejects.toThrow();
      const policy = policyOf(ann, { version: 2 });
      const current = await as(ann).read((tx) => tx.policies.current(ann));
      expect(current).toMatchObject({ partner: ann, version: 2, digest: canonicalDigest(policy), policy });
      expect(await as(ann).read(async (tx) => (await tx.policies.list(ann)).map((row) => row.version))).toEqual([2, 1]);
      const pageAfter = (version: string) =>
        as(ann).read(async (tx) =>
          (await tx.policies.list(ann, { after: version, limit: 1 })).map((row) => row.version),
        );
      expect([await pageAfter("2"), await pageAfter("1"), await pageAfter("4"), await pageAfter("x")]).toEqual([
        [1],
        [],
        [],
        [],
      ]);
      expect(await as(bob).read((tx) => tx.policies.current(ann))).toBeNull();
      expect(await as(bob, ann).read((tx) => tx.policies.current(ann))).toEqual(current);
      expect(await as(bob, ann).read((tx) => tx.policies.currentOf([bob, ann]))).toEqual([current]);
      expect(await as(bob).read((tx) => tx.policies.currentOf([bob, ann]))).toEqual([]);
    });

    test("keep a policy's signatures and the versions that wait, for its partner alone", async () => {
      const [ann, bob] = await twoPartners(store());
      const thumbprint = `${ann}-key`.padEnd(43, "k").slice(0, 43);
      await as(ann).note((tx) => tx.keys.register({ thumbprint, partner: ann, jwk: "{}" }));
      const [first, second, third] = [1, 2, 3].map((version) => policyOf(ann, { version }));
      if (first === undefined || second === undefined || third === undefined) throw new Error("three versions");
      const entry = { thumbprint, protected: "header", signature: "signed" };
      const digests = [first, second].map((policy) => canonicalDigest(policy));
      await as(ann).write((tx) => tx.policies.put(first, canonicalDigest(first)));
      for (const _ of ["once", "again"])
        await as(ann).write(async (tx) => {
          await tx.policies.wait(second, canonicalDigest(second));
          await tx.policies.wait(third, canonicalDigest(third));
          for (const digest of digests) await tx.policies.sign(ann, { digest, ...entry });
        });
      const waiting = async () => (await as(ann).read((tx) => tx.policies.waiting(ann))).map(({ version }) => version);
      expect(await waiting()).toEqual([2]);
      expect((await as(ann).read((tx) => tx.policies.current(ann)))?.version).toBe(1);
      const signatures = await as(ann).read((tx) => tx.policies.signatures(ann));
      expect(signatures.map(({ at: _, ...signature }) => signature)).toEqual(
        expect.arrayContaining(digests.map((digest) => ({ digest, ...entry }))),
      );
      expect(signatures).toHaveLength(2);
      expect(await as(bob).read((tx) => tx.policies.signatures(ann))).toEqual([]);
      expect(await as(bob).read((tx) => tx.policies.waiting(ann))).toEqual([]);
      await as(ann).write((tx) => tx.policies.put(second, canonicalDigest(second)));
      expect(await waiting()).toEqual([3]);
    });

    test("keep a dataset under its name and give back its schema", async () => {
      const [ann, bob] = await twoPartners(store());
      for (const name of ["yachts", "customers"]) await as(ann).write((tx) => tx.datasets.create(ann, schemaOf(name)));
      await expect(as(ann).write((tx) => tx.datasets.create(ann, schemaOf("yachts")))).rejects.toThrow();
      expect(await as(ann).read((tx) => tx.datasets.find(ann, "yachts"))).toMatchObject({ schema: schemaOf("yachts") });
      const names = await as(ann).read(async (tx) => (await tx.datasets.list(ann)).map((row) => row.name));
      expect(names).toEqual(["customers", "yachts"]);
      expect(await as(bob).read((tx) => tx.datasets.list(ann))).toEqual([]);
      const refs = [datasetRef(ann, "customers"), datasetRef(bob, "yachts"), datasetRef(ann, "nothing")];
      const named = await as(ann, bob).read((tx) => tx.datasets.named(refs));
      expect(named.map(({ partner, name }) => datasetRef(partner, name))).toEqual([datasetRef(ann, "customers")]);
      expect(await as(bob).read((tx) => tx.datasets.named(refs))).toEqual([]);
    });

    test("keep a data key, byte for byte, and never another in its place", async () => {
      const [ann, bob] = await twoPartners(store());
      const wrapped = new Uint8Array(randomBytes(60));
      await as(ann).note((tx) => tx.dataKeys.put(ann, 1, wrapped));
      await expect(as(ann).note((tx) => tx.dataKeys.put(ann, 2, new Uint8Array(60)))).rejects.toThrow();
      expect(await as(ann).read((tx) => tx.dataKeys.find(ann))).toMatchObject({ number: 1, wrapped });
      expect(await as(bob).read((tx) => tx.dataKeys.find(ann))).toBeNull();
    });
  });
}
