// People ask to be erased, object, and take it back; whoever holds a list of them reads and acknowledges notices.

import { erasePeople } from "../../app/erase-people.ts";
import { objectPeople } from "../../app/object-people.ts";
import { acknowledgeNotices, fetchNotices } from "../../app/read-notices.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Scope } from "../../domain/subject/objection.ts";
import { callerOf, type Drawing, type Known, refusal } from "./act.ts";
import { EVERY_IDENTIFIER, hashOf } from "./people.ts";
import { under, type Wish } from "./truth.ts";

/** Somebody is erased from the partner's lists. */
export const erase: Drawing = ({ known, partner, chance }) => {
  const identifiers = Array.from({ length: 1 + chance.below(2) }, () => chance.pick(EVERY_IDENTIFIER));
  const wish: Wish = { identifiers, kind: null, scope: {} };
  return {
    says: `erases ${identifiers.join(" and ")}`,
    partner,
    about: "rights",
    carryOut: async ({ client }) => {
      wanted(known, partner, wish);
      const erased = await client.once("erase", (ports) =>
        erasePeople(ports, { caller: callerOf(partner), identifiers: identifiers.map(hashOf) }),
      );
      if (erased.ok) return [];
      forgotten(known, partner, wish);
      return refusal(erased.error, ["unavailable"]);
    },
  };
};

const SCOPES: readonly Scope[] = [{}, { purpose: "activation" }, { channel: "email" }, { consent: "ads" }];

/** Somebody objects to what the partner does, or lifts that. */
export const object: Drawing = ({ known, partner, chance }) => {
  const identifiers = [chance.pick(EVERY_IDENTIFIER)];
  const kind = chance.happens(75) ? ("made" as const) : ("lifted" as const);
  const scope = chance.pick(SCOPES);
  const wish: Wish = { identifiers, kind, scope };
  return {
    says: `has ${identifiers.join()} ${kind === "made" ? "object to" : "lift"} ${JSON.stringify(scope)}`,
    partner,
    about: "rights",
    carryOut: async ({ client }) => {
      wanted(known, partner, wish);
      const objected = await client.once("object", (ports) =>
        objectPeople(ports, { caller: callerOf(partner), identifiers: identifiers.map(hashOf), kind, scope }),
      );
      if (objected.ok) return [];
      forgotten(known, partner, wish);
      return refusal(objected.error, ["unavailable"]);
    },
  };
};

// An act that is carried out again wants what it wanted; the log tells of it once at the most.
function wanted({ truth, wished }: Known, partner: PartnerId, wish: Wish): void {
  if (wished.has(wish)) return;
  wished.add(wish);
  under(truth.wishes, partner, () => []).push(wish);
}

function forgotten({ truth }: Known, partner: PartnerId, wish: Wish): void {
  const all = under(truth.wishes, partner, () => []);
  truth.wishes.set(
    partner,
    all.filter((one) => one !== wish),
  );
}

/** Notices are read and acknowledged. */
export const heedNotices: Drawing = ({ partner }) => ({
  says: "reads its notices",
  partner,
  about: "rights",
  carryOut: async ({ client, ports }) => {
    const page = { after: null, limit: 100 };
    const fetched = await fetchNotices(ports, { caller: callerOf(partner), page });
    if (!fetched.ok) return refusal(fetched.error, []);
    const notices = fetched.value.notices.map(({ id }) => id);
    const done = await client.once(`acknowledge ${notices.join()}`, (kept) =>
      acknowledgeNotices(kept, { caller: callerOf(partner), notices }),
    );
    return done.ok ? [] : refusal(done.error, []);
  },
});
