// Everything that is wrong with a draft of a policy, each place by its JSON Pointer with a sentence and what to write
// instead; and what is not wrong but says nothing, so that its author knows.

import { toBase64Url, utf8 } from "../bytes.ts";
import { canonicalJson } from "../canonical-json.ts";
import { LIMITS } from "../limits.ts";
import { coinEpsilon } from "../privacy/deniability.ts";
import { printEpsilon } from "../privacy/epsilon.ts";
import { decisiveRequests } from "./cases.ts";
import { contactsInWords } from "./contacts.ts";
import { type Grant, type Policy, policySchema } from "./document.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { failedExamples } from "./examples.ts";
import { limitMembers } from "./limit-members.ts";
import { givesRecords } from "./limits-document.ts";
import { sensitiveCategory } from "./refusals.ts";
import { schemaIssues } from "./schema-issues.ts";
import { SENSITIVE_CATEGORIES } from "./sensitive.ts";
import { contactLimits, tighten } from "./terms.ts";
import { limitsOfUse, useOf } from "./use-limits.ts";
import { stated } from "./uses-document.ts";
import { listed } from "./words.ts";

export type PolicyIssue = {
  /** JSON Pointer (RFC 6901) of the place. */
  readonly path: string;
  readonly says: string;
  readonly instead: string;
  /** Whether the room refuses the policy for it; otherwise it is advice. */
  readonly isRefused: boolean;
};

export type PolicyCheck = {
  readonly isSound: boolean;
  /** Examples that were run; none where the draft does not fit its schema. */
  readonly examples: number;
  readonly issues: readonly PolicyIssue[];
  /** The canonical form (RFC 8785) as base64url, which is what its partner signs; null where it does not fit. */
  readonly payload: string | null;
};

/** Checks a draft, whatever it is: every issue at once, those of meaning only when it fits its schema. */
export function checkPolicy(draft: unknown): PolicyCheck {
  const parsed = policySchema.safeParse(draft);
  if (!parsed.success) {
    const issues = schemaIssues(draft, parsed.error.issues).map((issue) => ({ ...issue, isRefused: true }));
    return { isSound: false, examples: 0, issues, payload: null };
  }
  const policy = parsed.data;
  const issues = [...policyFaults(policy), ...adviceOn(policy)];
  const isSound = !issues.some((issue) => issue.isRefused);
  const payload = toBase64Url(utf8(canonicalJson(policy)));
  return { isSound, examples: policy.examples.length, issues, payload };
}

/** Why a policy that fits its schema is refused: examples that do not hold, and grants of what no rule can open. */
export function policyFaults(policy: Policy): readonly PolicyIssue[] {
  return [...exampleFaults(policy), ...sensitiveFaults(policy)];
}

function exampleFaults(policy: Policy): PolicyIssue[] {
  return failedExamples(policy).map(({ pointer, says, expected, because }) => ({
    path: pointer,
    says: `“${says}” expects ${expected}, and the policy says otherwise: ${because.join("; ")}`,
    instead: `change the rules so that this is ${expected === "permit" ? "permitted" : "denied"}, or what it expects`,
    isRefused: true,
  }));
}

function sensitiveFaults({ grants }: Policy): PolicyIssue[] {
  return eachAttribute(grants, (name) => {
    const category = sensitiveCategory(name);
    if (category === undefined) return null;
    const says = `“${name}” tells of ${SENSITIVE_CATEGORIES[category]}, which no rule can open`;
    return { says, instead: "leave it out", isRefused: true };
  });
}

function adviceOn(policy: Policy): PolicyIssue[] {
  const grants = [
    ...bannedGrants(policy),
    ...idleGrants(policy),
    ...idleLimits(policy),
    ...unreachableLists(policy),
    ...finelyChosen(policy),
  ];
  return [...grants, ...idleContacts(policy), ...cutCoins(policy)];
}

function idleContacts({ contactsPerPerson, grants }: Policy): PolicyIssue[] {
  const caps = stated(contactsPerPerson);
  const left = contactLimits(caps);
  const idle = caps.flatMap((cap, index) => {
    const [own] = contactLimits([cap]);
    if (own === undefined || left.some((one) => one.count === own.count && one.periodDays === own.periodDays))
      return [];
    const says = `“at most ${contactsInWords(own)}” has no effect, since another cap is stricter`;
    return [{ path: `/contactsPerPerson/${index}`, says, instead: "leave it out", isRefused: false }];
  });
  if (caps.length === 0 || grants.some(({ analyses }) => analyses.includes("audience"))) return idle;
  const says =
    "contacts with each person are capped, and no grant allows audience lists: it holds for your own lists alone";
  return [
    { path: "/contactsPerPerson", says, instead: "leave it as it is if you mean that", isRefused: false },
    ...idle,
  ];
}

// A list's coin has at most half of what the list may cost.
function cutCoins({ defaults, grants }: Policy): PolicyIssue[] {
  const places = [
    { path: "/defaults/deniability", limits: {}, isStated: defaults.deniability !== undefined },
    ...grants.map(({ terms }, index) => ({
      path: `/grants/${index}/terms/deniability`,
      limits: terms,
      isStated: terms.deniability !== undefined,
    })),
  ];
  return places.flatMap(({ path, limits, isStated }) => {
    const { deniability, budget } = tighten(defaults, limits);
    const coin = coinEpsilon(deniability, budget.perRelease);
    if (!isStated || deniability === null || coin === null || coin === deniability) return [];
    const says =
      `lists are deniable by a coin of ε ${printEpsilon(coin)} and not of ${printEpsilon(deniability)}: the coin ` +
      `has at most half of what one answer may spend, which is ${printEpsilon(budget.perRelease)}`;
    return [
      { path, says, instead: "raise `budget.perRelease` to twice as much, or write the smaller", isRefused: false },
    ];
  });
}

function bannedGrants({ grants, banned }: Policy): PolicyIssue[] {
  return eachAttribute(grants, (name) => {
    if (!stated(banned).includes(name)) return null;
    const says = `“${name}” is granted here and banned in \`/banned\`, so nobody can use it`;
    return { says, instead: "leave it out here, or lift the ban", isRefused: false };
  });
}

// A grant decides nothing when it is the first that covers for no request at all.
function idleGrants(policy: Policy): PolicyIssue[] {
  const deciding = new Set<string>();
  const steps = { left: LIMITS.comparisonSteps };
  for (const { access, policies } of decisiveRequests(policy, policy, steps)) {
    const [open] = policies;
    const answer = evaluatePolicy(open, "", access);
    if (answer.kind !== "permit") continue;
    const grant = open.grants.find((_, index) => answer.reasons.some(({ pointer }) => pointer === `/grants/${index}`));
    if (grant !== undefined) deciding.add(grant.id);
  }
  if (steps.left < 0) return [];
  return policy.grants.flatMap(({ id }, index) => {
    const path = `/grants/${index}`;
    if (deciding.has(id)) return [];
    const says = `rule “${id}” decides nothing: clauses before it cover or forbid all that it covers`;
    return [{ path, says, instead: "leave it out, or put it before the grant that covers the same", isRefused: false }];
  });
}

function idleLimits({ defaults, grants }: Policy): PolicyIssue[] {
  return grants.flatMap(({ terms }, index) =>
    // SAFETY: the keys of parsed limits are the names of limits.
    (Object.keys(terms) as (keyof Grant["terms"])[]).flatMap((name) => {
      const [own] = limitMembers({ [name]: terms[name] }).filter(({ value }) => hasMembers(value));
      const [general] = limitMembers({ [name]: defaults[name] }).filter(({ value }) => hasMembers(value));
      if (own === undefined || general === undefined) return [];
      const way = own.directionFrom(general.value);
      if (way !== "looser" && way !== "equal") return [];
      const says = `“${own.says}: ${own.text}” has no effect, since the defaults are as strict: ${general.text}`;
      const instead = "leave it out, or write something stricter";
      return [{ path: `/grants/${index}/terms/${name}`, says, instead, isRefused: false }];
    }),
  );
}

function unreachableLists({ grants }: Policy): PolicyIssue[] {
  return grants.flatMap(({ id, analyses, channels }, index) => {
    const lists = analyses.filter(givesRecords);
    if (lists.length === 0 || channels.length > 0) return [];
    const says = `rule “${id}” allows lists and names no channel, so no list can be asked for`;
    const named = listed(lists.map((analysis) => `\`${analysis}\``));
    const instead = `name a channel such as ${listed(["`email`", "`post`"], "or")}, or leave ${named} out`;
    return [{ path: `/grants/${index}/channels`, says, instead, isRefused: false }];
  });
}

// Whoever may choose people by a single value counts them by it, question by question.
function finelyChosen({ grants }: Policy): PolicyIssue[] {
  return grants.flatMap(({ attributes }, index) =>
    Object.entries(attributes).flatMap(([name, uses]) => {
      const isCoarse = uses.some((one) => limitsOfUse(one).groupings !== null);
      if (!isCoarse || !uses.some((one) => useOf(one) === "filter")) return [];
      const says = `people may be grouped by “${name}” in coarse groups alone, and chosen by each single value of it`;
      const instead = "leave `filter` out, if single values are not to be told";
      return [{ path: `/grants/${index}/attributes/${name}`, says, instead, isRefused: false }];
    }),
  );
}

function hasMembers(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function eachAttribute(
  grants: readonly Grant[],
  issueOf: (name: string) => Omit<PolicyIssue, "path"> | null,
): PolicyIssue[] {
  return grants.flatMap(({ attributes }, index) =>
    Object.keys(attributes).flatMap((name) => {
      const issue = issueOf(name);
      return issue === null ? [] : [{ path: `/grants/${index}/attributes/${name}`, ...issue }];
    }),
  );
}
