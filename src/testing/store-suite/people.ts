// Laws of people and their sessions: a link signs in once, a session ends, and whoever is removed may do nothing.

import { describe, expect, test } from "vitest";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import { personIdSchema, type Role } from "../../domain/person/person.ts";
import type { Store } from "../../ports/store.ts";
import { actsOn, random, twoPartners } from "./acts.ts";

const ALL = { after: null, limit: 100 };

export function peopleLaws(store: () => Store): void {
  const as = (...parties: readonly PartnerId[]) => actsOn(store(), ...parties);
  const digest = () => random().repeat(4);

  /** A person of a partner, let in. */
  async function letIn(partner: PartnerId, name = "Ann Lee", role: Role = "marketer") {
    const person = { partner, id: personIdSchema.parse(`per_${random()}${random().slice(0, 6)}`), name, role };
    await as(partner).write((tx) => tx.people.add(person));
    return person;
  }

  describe("people", () => {
    test("are their partner's own, and are listed in the order in which they came", async () => {
      const [ann, bob] = await twoPartners(store());
      const [first, second] = [await letIn(ann, "First"), await letIn(ann, "Second", "compliance")];
      await letIn(bob);
      await as(ann).read(async (tx) => {
        expect(await tx.people.list(ann, ALL)).toMatchObject([first, second]);
        expect(await tx.people.list(ann, { after: first.id, limit: 5 })).toMatchObject([second]);
        expect(await tx.people.count(ann)).toBe(2);
        expect(await tx.people.list(bob, ALL)).toEqual([]);
      });
      expect(await as(bob).read((tx) => tx.people.find(ann, first.id))).toBeNull();
    });

    test("sign in once with a link, in time, and a new link takes the place of the old", async () => {
      const [ann, bob] = await twoPartners(store());
      const person = await letIn(ann);
      const [old, code] = [digest(), digest()];
      await as(ann).note((tx) => tx.people.issueLink(person, old, 1));
      expect(await as(bob).note((tx) => tx.people.redeem(ann, old))).toBe(false);
      await as(ann).note((tx) => tx.people.issueLink(person, code, 1));
      await as(ann).note(async (tx) => {
        expect(await tx.people.linked(ann, old)).toBeNull();
        expect(await tx.people.linked(ann, code)).toMatchObject(person);
        expect([await tx.people.redeem(ann, code), await tx.people.redeem(ann, code)]).toEqual([true, false]);
      });
      await as(ann).note((tx) => tx.people.issueLink(person, code, 0));
      expect(await as(ann).note((tx) => tx.people.linked(ann, code))).toBeNull();
      expect(await as(ann).note((tx) => tx.people.redeem(ann, code))).toBe(false);
    });

    test("leave no name, no link and no session behind when they are removed", async () => {
      const [ann] = await twoPartners(store());
      const person = await letIn(ann);
      const [code, cookie] = [digest(), digest()];
      await as(ann).note(async (tx) => {
        await tx.people.issueLink(person, code, 1);
        await tx.sessions.open(person, cookie, 1);
      });
      expect(await as(ann).write((tx) => tx.people.remove(ann, person.id))).toBe(true);
      expect(await as(ann).write((tx) => tx.people.remove(ann, person.id))).toBe(false);
      await as(ann).read(async (tx) => {
        expect(await tx.people.find(ann, person.id)).toMatchObject({ id: person.id, name: null });
        expect(await tx.people.list(ann, ALL)).toEqual([]);
        expect(await tx.people.linked(ann, code)).toBeNull();
        expect(await tx.sessions.find(ann, cookie, 15)).toBeNull();
      });
    });
  });

  describe("accounts and providers", () => {
    const issuer = "https://login.example";
    const attemptOf = (cookieDigest: string) => ({ cookieDigest, issuer, codeDigest: null });

    test("an account is one person's, who has one of them, and nobody's once the person is removed", async () => {
      const [ann, bob] = await twoPartners(store());
      const [person, other] = [await letIn(ann), await letIn(ann)];
      const [first, second] = [digest(), digest()];
      await as(ann).write((tx) => tx.accounts.bind(person, first));
      await expect(as(ann).write((tx) => tx.accounts.bind(other, first))).rejects.toThrow(/person_account_pkey/);
      expect(await as(bob).read((tx) => tx.accounts.personOf(ann, first))).toBeNull();
      await as(ann).write((tx) => tx.accounts.bind(person, second));
      await as(ann).read(async (tx) => {
        expect(await tx.accounts.personOf(ann, first)).toBeNull();
        expect(await tx.accounts.personOf(ann, second)).toBe(person.id);
      });
      await as(ann).write((tx) => tx.people.remove(ann, person.id));
      expect(await as(ann).read((tx) => tx.accounts.personOf(ann, second))).toBeNull();
    });

    test("a sign-in on its way comes back once, in time, to its own partner", async () => {
      const [ann, bob] = await twoPartners(store());
      const [cookie, late] = [digest(), digest()];
      await as(ann).note((tx) => tx.signInAttempts.open(ann, attemptOf(cookie), 5));
      await as(ann).note((tx) => tx.signInAttempts.open(ann, attemptOf(late), 0));
      expect(await as(bob).note((tx) => tx.signInAttempts.claim(ann, cookie))).toBeNull();
      expect(await as(ann).note((tx) => tx.signInAttempts.claim(ann, late))).toBeNull();
      expect(await as(ann).note((tx) => tx.signInAttempts.count(ann))).toBe(1);
      expect(await as(ann).note((tx) => tx.signInAttempts.claim(ann, cookie))).toEqual(attemptOf(cookie));
      expect(await as(ann).note((tx) => tx.signInAttempts.claim(ann, cookie))).toBeNull();
    });

    test("a provider keeps its entrance when it changes, and takes accounts and their sessions with it", async () => {
      const [ann, bob] = await twoPartners(store());
      const [person, byLink] = [await letIn(ann), await letIn(ann)];
      const [cookie, other, account] = [digest(), digest(), digest()];
      const entrance = `${ann}.${"e".repeat(43)}`;
      const provider = { partner: ann, issuer, clientId: "room", sealedSecret: new Uint8Array([1, 2]), entrance };
      await as(ann).write(async (tx) => {
        await tx.signInProviders.put(provider);
        await tx.signInProviders.put({ ...provider, clientId: "other", entrance: `${ann}.${"f".repeat(43)}` });
        await tx.accounts.bind(person, account);
        await tx.sessions.open(person, cookie, 1);
        await tx.sessions.open(byLink, other, 1);
      });
      expect(await as(ann).read((tx) => tx.signInProviders.find(ann))).toEqual({ ...provider, clientId: "other" });
      expect(await as(bob).read((tx) => tx.signInProviders.find(ann))).toBeNull();
      expect(await as(ann).write((tx) => tx.signInProviders.remove(ann))).toBe(true);
      expect(await as(ann).write((tx) => tx.signInProviders.remove(ann))).toBe(false);
      await as(ann).read(async (tx) => {
        expect(await tx.accounts.personOf(ann, account)).toBeNull();
        expect(await tx.sessions.find(ann, cookie, 15)).toBeNull();
        expect((await tx.sessions.find(ann, other, 15))?.person).toMatchObject(byLink);
      });
    });
  });

  describe("sessions", () => {
    test("are found while they are used, and not when they were idle, are over or were closed", async () => {
      const [ann, bob] = await twoPartners(store());
      const person = await letIn(ann);
      const [cookie, short] = [digest(), digest()];
      await as(ann).note(async (tx) => {
        await tx.sessions.open(person, cookie, 1);
        await tx.sessions.open(person, short, 0);
      });
      await as(ann).read(async (tx) => {
        expect((await tx.sessions.find(ann, cookie, 15))?.person).toMatchObject(person);
        expect(await tx.sessions.find(ann, cookie, 0)).toBeNull();
        expect(await tx.sessions.find(ann, short, 15)).toBeNull();
      });
      expect(await as(bob).read((tx) => tx.sessions.find(ann, cookie, 15))).toBeNull();
      const before = await as(ann).read((tx) => tx.sessions.find(ann, cookie, 15));
      await as(ann).note((tx) => tx.sessions.touch(ann, cookie));
      const after = await as(ann).read((tx) => tx.sessions.find(ann, cookie, 15));
      expect(after?.seenAt).toBeGreaterThan(before?.seenAt ?? Number.POSITIVE_INFINITY);
      await as(ann).note((tx) => tx.sessions.purge(15));
      expect(await as(ann).note((tx) => tx.sessions.close(ann, short))).toBe(false);
      expect(await as(ann).note((tx) => tx.sessions.close(ann, cookie))).toBe(true);
      expect(await as(ann).read((tx) => tx.sessions.find(ann, cookie, 15))).toBeNull();
    });
  });
}
