// What one partner could ever learn about another by the contracts between them and the other's own rules, without a
// question being asked: every list, analysis, purpose, channel and use of an attribute for which some request exists
// that contract and rules permit, each with the grant that would decide. The other owners' rules can only narrow it.

import type { Contract, ContractId } from "../contract/document.ts";
import { type DatasetRef, datasetRef } from "../dataset/schema.ts";
import { dayFrom } from "../instant.ts";
import { LIMITS } from "../limits.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { err, ok, type Result } from "../result.ts";
import { askableUnder, type Option, optionsIn, shapesOf } from "./askable.ts";
import { daysApart, openAt, type Place, type Steps } from "./cases.ts";
import { coversUse, limitsGranted } from "./cover.ts";
import type { Grant } from "./document.ts";
import { evaluatePolicy } from "./evaluate.ts";
import { type Analysis, type AttributeUse, givesRecords } from "./limits-document.ts";
import { refusalsOf } from "./refusals.ts";
import { type Allowed, united } from "./sets.ts";
import { meet, type Terms, termsOfLimits } from "./terms.ts";
import type { UseLimits } from "./use-limits.ts";
import { stated } from "./uses-document.ts";
import { type Way, waysInto } from "./ways.ts";
import type { PolicyInForce } from "./weigh.ts";
import { type Directory, nameOf } from "./words.ts";

/** A contract that is in force or may yet be. */
export type OpenContract = { readonly id: ContractId; readonly contract: Contract };

/**
 * One use of one attribute, and how far questions go with it. Single values by which people are grouped and the
 * contract's groupings of them are two uses: no groupings stand for single values.
 */
export type ExposedUse = {
  readonly attribute: string;
  readonly use: AttributeUse;
  readonly limits: UseLimits;
};

/** What one grant lets the partner learn from one list in one way. */
export type Exposure = {
  readonly contract: ContractId;
  readonly dataset: DatasetRef;
  readonly analysis: Analysis;
  readonly purpose: string;
  /** Where a list goes; null for figures. */
  readonly channel: string | null;
  /** The first and the last day, UTC, on which the grant decides. */
  readonly from: string;
  readonly until: string;
  /** JSON Pointers of the clauses that permit it. */
  readonly clauses: { readonly contract: string; readonly policy: string };
  /** All that questions which this grant decides use, not all of it at once. */
  readonly uses: readonly ExposedUse[];
  /** The limits that hold for every such request at the least. */
  readonly terms: Terms;
};

type Asked = {
  readonly owner: PartnerId;
  readonly recipient: PartnerId;
  readonly policy: PolicyInForce;
  readonly directory: Directory;
  /** The day from which on, UTC. */
  readonly on: string;
};

/**
 * Everything that the recipient could learn about the owner from a day on, by contract, list, analysis, purpose,
 * channel and day. Pure; an item, and a use in it, stands exactly when some question makes it that fits the contract,
 * is permitted by it and decided by the grant.
 * @returns `too-many-cases` when contracts and policy tell more apart than `LIMITS.exposureSteps`
 */
export function exposureOf(
  asked: Asked,
  contracts: readonly OpenContract[],
): Result<readonly Exposure[], "too-many-cases"> {
  const ways = contracts.flatMap((open) =>
    open.contract.datasets
      .filter((list) => list.partner === asked.owner)
      .flatMap((list) => waysInto(open.contract, list, asked.recipient))
      .map((way) => ({ open, way })),
  );
  const steps = { left: LIMITS.exposureSteps };
  const items: Exposure[] = [];
  for (const { open, way } of ways) {
    const found = exposuresOf(asked, { open, way }, steps);
    if (found === null) return err("too-many-cases");
    items.push(...joinedDays(found));
  }
  return ok(items);
}

type Asking = { readonly open: OpenContract; readonly way: Way };

function exposuresOf(asked: Asked, { open, way }: Asking, steps: Steps): Exposure[] | null {
  const { policy } = asked.policy;
  const found: Exposure[] = [];
  for (const { from, until } of stretchesOf(asked, open)) {
    steps.left -= 1 + policy.grants.length;
    const place = placeOf(asked, open, { ...way, on: from });
    const isRefused = refusalsOf(policy, { ...place, attributes: [] }).length > 0;
    const grants = isRefused ? [] : openAt(policy, place);
    for (const [order, { grant, index }] of grants.entries()) {
      const earlier = grants.slice(0, order).map((one) => one.grant);
      const decided = decidedBy(asked, { open, way, place, grant, index, earlier }, steps);
      if (decided === null) return null;
      found.push(...decided.map((item) => ({ ...item, from, until })));
    }
  }
  return found;
}

type Deciding = Asking & {
  readonly place: Place;
  readonly grant: Grant;
  readonly index: number;
  /** The grants before it that are open there as well. */
  readonly earlier: readonly Grant[];
};

// What questions one grant decides, by construction: those that it covers and no grant before it does.
function decidedBy(asked: Asked, deciding: Deciding, steps: Steps): Omit<Exposure, "from" | "until">[] | null {
  const { open, way, place, grant, index, earlier } = deciding;
  const { policy } = asked.policy;
  const terms = meet(contractTerms(open, way), limitsUnder(asked, grant, place));
  if (isNeverGiven(open, way, terms)) return [];
  const usable = optionsIn(way.list, way.analysis).filter((option) => {
    const isOpen = refusalsOf(policy, { ...place, attributes: [option] }).length === 0;
    return isOpen && coversUse(grant, option) && hasRoomFor(way, terms, limitsUsed(grant, option));
  });
  const askable = askableUnder({ shapes: shapesOf(way.analysis, way.others), options: usable, earlier, steps });
  if (askable === null || !askable.isAny) return askable === null ? null : [];
  const { analysis, purpose, channel } = way;
  const clauses = { contract: way.pointer, policy: `/grants/${index}` };
  const dataset = datasetRef(asked.owner, way.list.dataset);
  const uses = exposedUses(grant, askable.options);
  return [{ contract: open.id, dataset, analysis, purpose, channel, clauses, uses, terms }];
}

// What waits for a person where the contract lets nothing wait, and a list for which no size is left.
function isNeverGiven({ contract }: OpenContract, { analysis }: Way, terms: Terms): boolean {
  const isHeld = terms.approval.includes(analysis) && contract.approvalWithin === undefined;
  return isHeld || (givesRecords(analysis) && terms.minimumAudience > terms.maximumAudience);
}

// More people behind a use than a list may name leave no list.
function hasRoomFor({ analysis }: Way, terms: Terms, { k }: UseLimits): boolean {
  return !givesRecords(analysis) || k <= terms.maximumAudience;
}

// The grant's own limits, which hold whatever a request uses; what single uses ask besides stands with them.
function limitsUnder({ policy: { policy, digest } }: Asked, grant: Grant, place: Place): Terms {
  const alone = { ...policy, grants: [grant] };
  const answer = evaluatePolicy(alone, digest, { ...place, attributes: [] });
  if (answer.kind === "deny") throw new Error("a grant that decides a request covers less than it");
  return answer.terms;
}

function contractTerms({ contract }: OpenContract, { list, channel }: Way): Terms {
  const asked = list.consents.filter(
    ({ channels }) => channels === undefined || (channel !== null && channels.includes(channel)),
  );
  const dataset = datasetRef(list.partner, list.dataset);
  const consents =
    asked.length === 0
      ? {}
      : {
          [dataset]: united(
            asked.map(({ consent }) => consent),
            [],
          ),
        };
  return { ...termsOfLimits(contract.terms), consents };
}

// The stretches of days in which no clause begins or ends, within the contract's validity.
function stretchesOf(asked: Asked, { contract }: OpenContract): { from: string; until: string }[] {
  const { from, until } = contract.validity;
  const { on } = asked;
  const isBegun = on > from;
  const first = isBegun ? on : from;
  const begins = [first, ...daysApart(datedIn(asked)).filter((day) => day > first)].filter((day) => day <= until);
  return begins.map((day, index) => {
    const next = begins[index + 1];
    return { from: day, until: next === undefined ? until : dayFrom(next, -1) };
  });
}

function datedIn({ policy: { policy } }: Asked): Parameters<typeof daysApart>[0] {
  return [...policy.grants, ...stated(policy.exclusives)];
}

function placeOf(
  { owner, recipient, directory }: Asked,
  { contract }: OpenContract,
  way: Way & { readonly on: string },
): Place {
  const card = (partner: PartnerId) => {
    const known = directory.get(partner);
    return { partner, ...(known === undefined ? { name: partner, industry: "" } : known) };
  };
  const others = contract.members.map((member) => member.partner).filter((one) => one !== owner && one !== recipient);
  const { purpose, analysis, channel, on } = way;
  return {
    owner: { partner: owner, name: nameOf(directory, owner) },
    recipient: card(recipient),
    datasets: [datasetRef(owner, way.list.dataset)],
    alongside: others.map(card),
    purpose,
    analysis,
    channel,
    on,
  };
}

function limitsUsed(grant: Grant, { name, uses: [use] }: Option): UseLimits {
  const limits = use === undefined ? undefined : limitsGranted(grant, name, use);
  if (limits === undefined) throw new Error("a grant covers a use that it does not name");
  return limits;
}

// One line for a use: the figures of a measure together, the groupings together, single values apart from them.
function exposedUses(grant: Grant, options: readonly Option[]): ExposedUse[] {
  const uses = new Map<string, ExposedUse>();
  for (const option of options) {
    const [use = "filter"] = option.uses;
    const { aggregates = null, groupings = null, clamp = null } = option;
    const key = `${option.name} ${use} ${groupings === null}`;
    const before = uses.get(key)?.limits;
    const limits = {
      aggregates: both(before?.aggregates, aggregates),
      groupings: both(before?.groupings, groupings),
      clamp,
      k: limitsUsed(grant, option).k,
    };
    uses.set(key, { attribute: option.name, use, limits });
  }
  return [...uses.values()];
}

function both<Value extends string>(before: Allowed<Value> | undefined, more: Allowed<Value>): Allowed<Value> {
  if (before === undefined || before === null) return more;
  return more === null ? null : united(before, more);
}

// What is the same on the days after one another is one item.
function joinedDays(items: readonly Exposure[]): Exposure[] {
  const joined: Exposure[] = [];
  for (const item of items) {
    const before = joined.findIndex(
      ({ until, clauses, uses }) =>
        clauses.policy === item.clauses.policy &&
        dayFrom(until, 1) === item.from &&
        JSON.stringify(uses) === JSON.stringify(item.uses),
    );
    const earlier = joined[before];
    if (earlier === undefined) joined.push(item);
    else joined[before] = { ...earlier, until: item.until };
  }
  return joined;
}
