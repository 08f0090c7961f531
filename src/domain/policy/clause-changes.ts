// Clause by clause, what changed from one version of a policy to the next, and in which direction each change goes by
// itself. A clause is known by its id; what a clause holds is compared member by member in the order of the lattice.

import {
  affiliateMembers,
  approachableMembers,
  contactMembers,
  exclusionMembers,
  exclusiveMembers,
  grantMembers,
  prohibitionMembers,
} from "./clause-members.ts";
import type { Policy } from "./document.ts";
import { type Direction, joined } from "./effect.ts";
import { limitMembers, NOT_LIMITED } from "./limit-members.ts";
import type { Member } from "./members.ts";
import { stated } from "./uses-document.ts";
import { counted, listed } from "./words.ts";

/** One member of a clause that changed; null stands for one that is not there. */
export type MemberChange = {
  readonly says: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly direction: Direction;
};

export type ClauseChange = {
  /** `rule “travel-cross-sell”`. */
  readonly clause: string;
  readonly kind: "added" | "removed" | "changed";
  /** By the clause alone: a grant added is looser even where an earlier one covers everything it covers. */
  readonly direction: Direction;
  /** JSON Pointer of the clause in the later version, or in the earlier one where it was removed. */
  readonly pointer: string;
  readonly members: readonly MemberChange[];
};

/** The clauses that differ, in document order, those removed last. */
export function clauseChanges(before: Policy, after: Policy): readonly ClauseChange[] {
  return GROUPS.flatMap((group) => groupChanges(group, group.clausesOf(before), group.clausesOf(after))).concat(
    orderChange(before, after),
    exampleChange(before, after),
  );
}

/** A clause with its JSON Pointer and what it holds, member by member. */
type Named = { readonly name: string; readonly pointer: string; readonly members: readonly Member[] };

/** Every clause of a policy, in the order in which they are told. */
export function clausesOf(policy: Policy): readonly Named[] {
  return GROUPS.flatMap((group) => group.clausesOf(policy));
}

type Group = { readonly adding: Direction; readonly clausesOf: (policy: Policy) => readonly Named[] };

const OPPOSITE = { tighter: "looser", looser: "tighter", both: "both", equal: "equal" } as const;

const GROUPS: readonly Group[] = [
  {
    adding: "equal",
    clausesOf: ({ defaults }) => [{ name: "defaults", pointer: "/defaults", members: limitMembers(defaults) }],
  },
  {
    adding: "looser",
    clausesOf: ({ grants }) =>
      grants.map((one, index) => ({
        name: `rule “${one.id}”`,
        pointer: `/grants/${index}`,
        members: grantMembers(one),
      })),
  },
  {
    adding: "tighter",
    clausesOf: ({ prohibitions }) =>
      prohibitions.map((one, index) => ({
        name: `prohibition “${one.id}”`,
        pointer: `/prohibitions/${index}`,
        members: prohibitionMembers(one),
      })),
  },
  {
    adding: "tighter",
    clausesOf: ({ exclusions }) =>
      stated(exclusions).map((one, index) => ({
        name: `exclusion “${one.id}”`,
        pointer: `/exclusions/${index}`,
        members: exclusionMembers(one),
      })),
  },
  {
    adding: "tighter",
    clausesOf: ({ exclusives }) =>
      stated(exclusives).map((one, index) => ({
        name: `exclusive promise “${one.id}”`,
        pointer: `/exclusives/${index}`,
        members: exclusiveMembers(one),
      })),
  },
  {
    adding: "tighter",
    clausesOf: ({ approachable }) =>
      stated(approachable).map((one, index) => ({
        name: `consent “${one.consent}” of everybody on a list`,
        pointer: `/approachable/${index}`,
        members: approachableMembers(one),
      })),
  },
  {
    adding: "tighter",
    clausesOf: ({ affiliates }) =>
      stated(affiliates).map((one, index) => ({
        name: `affiliates “${one.id}”`,
        pointer: `/affiliates/${index}`,
        members: affiliateMembers(one),
      })),
  },
  {
    adding: "tighter",
    clausesOf: ({ contactsPerPerson }) =>
      contactsPerPerson === undefined
        ? []
        : [
            {
              name: "audience lists that one person stands on",
              pointer: "/contactsPerPerson",
              members: contactMembers(contactsPerPerson),
            },
          ],
  },
  {
    adding: "tighter",
    clausesOf: ({ banned }) =>
      stated(banned).map((name, index) => ({
        name: `ban of “${name}”`,
        pointer: `/banned/${index}`,
        members: [],
      })),
  },
  {
    adding: "tighter",
    clausesOf: ({ loosening }) =>
      loosening === undefined
        ? []
        : [{ name: "second signature under a version that permits more", pointer: "/loosening", members: [] }],
  },
];

function groupChanges(group: Group, before: readonly Named[], after: readonly Named[]): ClauseChange[] {
  const earlier = new Map(before.map((clause) => [clause.name, clause]));
  const later = new Set(after.map(({ name }) => name));
  const whole = (clause: Named, kind: "added" | "removed"): ClauseChange => ({
    clause: clause.name,
    kind,
    direction: kind === "added" ? group.adding : OPPOSITE[group.adding],
    pointer: clause.pointer,
    members: clause.members
      .filter(({ text }) => text !== NOT_LIMITED)
      .map(({ says, text }) => ({
        says,
        before: kind === "added" ? null : text,
        after: kind === "added" ? text : null,
        direction: "equal",
      })),
  });
  return [
    ...after.flatMap((clause) => {
      const was = earlier.get(clause.name);
      return was === undefined ? [whole(clause, "added")] : changed(was, clause);
    }),
    ...before.filter(({ name }) => !later.has(name)).map((clause) => whole(clause, "removed")),
  ];
}

// Both sides list the members of a kind in one order, so they pair up by it.
function changed(before: Named, after: Named): ClauseChange[] {
  const members = after.members.flatMap((member, index): MemberChange[] => {
    const was = before.members[index];
    if (was === undefined || was.text === member.text) return [];
    return [{ says: member.says, before: was.text, after: member.text, direction: member.directionFrom(was.value) }];
  });
  if (members.length === 0) return [];
  const direction = joined(members.map((member) => member.direction));
  return [{ clause: after.name, kind: "changed", direction, pointer: after.pointer, members }];
}

// The first grant that covers a request decides, so their order can matter; which way, only requests tell.
function orderChange(before: Policy, after: Policy): ClauseChange[] {
  const [earlier, later] = [before, after].map(({ grants }) => grants.map((grant) => grant.id));
  if (earlier === undefined || later === undefined) return [];
  const kept = [earlier.filter((id) => later.includes(id)), later.filter((id) => earlier.includes(id))];
  const [was = "", is = ""] = kept.map((ids) => listed(ids.map((id) => `“${id}”`)));
  if (was === is) return [];
  const member = {
    says: "the first that covers a request decides",
    before: was,
    after: is,
    direction: "equal",
  } as const;
  return [{ clause: "order of rules", kind: "changed", direction: "equal", pointer: "/grants", members: [member] }];
}

function exampleChange(before: Policy, after: Policy): ClauseChange[] {
  if (JSON.stringify(before.examples) === JSON.stringify(after.examples)) return [];
  const [was, is] = [before, after].map(({ examples }) => counted(examples.length, "example"));
  const member = { says: "they permit nothing by themselves", before: was ?? null, after: is ?? null } as const;
  const members = [{ ...member, direction: "equal" } as const];
  return [{ clause: "examples", kind: "changed", direction: "equal", pointer: "/examples", members }];
}
