// What one partner could ever learn about another by the contracts between them and the other's own rules, without a
// question being asked: every list, analysis, purpose, channel and use of an attribute for which some request exists
// that contract and rules permit, each with the grant that would decide. The other owners' rules can only narrow it.

import type { Contract, ContractDataset, ContractId } from "../contract/document.ts";
import { type DatasetRef, datasetRef } from "../dataset/schema.ts";
import { dayFrom } from "../instant.ts";
import { LIMITS } from "../limits.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { err, ok, type Result } from "../result.ts";
import { daysApart, openAt, type Place } from "./cases.ts";
import { evaluatePolicy, type OwnerDecision } from "./evaluate.ts";
import { type Analysis, type AttributeUse, givesRecords } from "./limits-document.ts";
import { united } from "./sets.ts";
import { type AttributePermit, meet, type Terms, termsOfLimits } from "./terms.ts";
import { clampOfUnits, FREE, isClampWithin, type UseLimits } from "./use-limits.ts";
import { meetUses, permitOf, requestOf, type UseSet } from "./use-sets.ts";
import type { PolicyInForce } from "./weigh.ts";
import { type Directory, nameOf } from "./words.ts";

/** A contract that is in force or may yet be. */
export type OpenContract = { readonly id: ContractId; readonly contract: Contract };

/** One use of one attribute, and how far it goes at the most. */
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
  /** All that a request may use at once under this grant. */
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
 * channel and day. Pure; an item stands exactly when a request exists that the contract permits and the grant decides.
 * @returns `too-many-cases` when contracts and policy tell more than `LIMITS.policyCases` apart
 */
export function exposureOf(
  asked: Asked,
  contracts: readonly OpenContract[],
): Result<readonly Exposure[], "too-many-cases"> {
  const ways = contracts.flatMap((open) =>
    open.contract.datasets
      .filter((list) => list.partner === asked.owner)
      .flatMap((list) => waysInto(asked, open, list))
      .map((way) => ({ open, way })),
  );
  const days = daysApart([asked.policy.policy]).length;
  if (ways.length * days > LIMITS.policyCases) return err("too-many-cases");
  return ok(ways.flatMap(({ open, way }) => joinedDays(exposuresOf(asked, open, way))));
}

/** How an analysis may be asked of a list at all: the contract's part. */
type Way = {
  readonly list: ContractDataset;
  readonly analysis: Analysis;
  readonly pointer: string;
  readonly purpose: string;
  readonly channel: string | null;
};

function waysInto({ recipient }: Asked, { contract }: OpenContract, list: ContractDataset): Way[] {
  return contract.analyses.flatMap((entry, index) => {
    const { analysis, purposes, recipients } = entry;
    if (!recipients.includes(recipient) || !hasCounterpart(contract, { entry, list, recipient })) return [];
    const channels = givesRecords(analysis) ? entry.channels : [null];
    return purposes.flatMap((purpose) =>
      channels.map((channel) => ({ list, analysis, purpose, channel, pointer: `/analyses/${index}` })),
    );
  });
}

type Matching = {
  readonly entry: Contract["analyses"][number];
  readonly list: ContractDataset;
  readonly recipient: PartnerId;
};

// A list is asked about together with another member's, by an identifier that both bring; a list of people names the
// recipient's own people, so there the other list is the recipient's.
function hasCounterpart({ datasets }: Contract, { entry, list, recipient }: Matching): boolean {
  return datasets.some((other) => {
    const isFit = givesRecords(entry.analysis) ? other.partner === recipient : other.partner !== list.partner;
    return (
      isFit &&
      entry.identifiers.some(
        (kind) =>
          list.identifiers.includes(kind) &&
          other.identifiers.includes(kind) &&
          (kind !== "external" || list.namespace === other.namespace),
      )
    );
  });
}

function exposuresOf(asked: Asked, open: OpenContract, way: Way): Exposure[] {
  const { policy, digest } = asked.policy;
  const { analysis, purpose, channel } = way;
  const dataset = datasetRef(asked.owner, way.list.dataset);
  return stretchesOf(asked, open).flatMap(({ from, until }) => {
    const place = placeOf(asked, open, { ...way, on: from });
    return openAt(policy, place).flatMap(({ index, uses }): Exposure[] => {
      const usable = usableOf(uses, usesAgreed(way));
      const answer = evaluatePolicy(policy, digest, { ...place, attributes: requestOf(usable) });
      if (!isDecidedBy(answer, index)) return [];
      const clauses = { contract: way.pointer, policy: `/grants/${index}` };
      const item = { contract: open.id, dataset, analysis, purpose, channel, from, until, clauses };
      const terms = meet(contractTerms(open, way), limitsUnder(asked, index, place));
      return [{ ...item, uses: exposedUses(usable), terms }];
    });
  });
}

// The largest set of uses that a grant covers is decided by it when any set is: what an earlier grant does not cover
// of a part, it does not cover of the whole.
function isDecidedBy(
  answer: OwnerDecision,
  grant: number,
): answer is Extract<OwnerDecision, { readonly kind: "permit" }> {
  return answer.kind === "permit" && answer.reasons.some(({ pointer }) => pointer === `/grants/${grant}`);
}

// The grant's own limits, which hold whatever a request uses; what single uses ask besides stands with them.
function limitsUnder({ policy: { policy, digest } }: Asked, index: number, place: Place): Terms {
  const alone = { ...policy, grants: policy.grants.slice(index, index + 1) };
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
function stretchesOf({ on, policy }: Asked, { contract }: OpenContract): { from: string; until: string }[] {
  const { from, until } = contract.validity;
  const first = on > from ? on : from;
  const begins = [first, ...daysApart([policy.policy]).filter((day) => day > first)].filter((day) => day <= until);
  return begins.map((day, index) => {
    const next = begins[index + 1];
    return { from: day, until: next === undefined ? until : dayFrom(next, -1) };
  });
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

/** What questions of an analysis can use an attribute for. */
const QUESTION_USES = {
  overlap: ["filter"],
  audience: ["filter"],
  crosstab: ["filter", "group", "measure"],
  affinity: ["filter", "group"],
  trend: ["filter", "group", "measure"],
  suppression: ["filter"],
} as const satisfies Record<Analysis, readonly AttributeUse[]>;

function usesAgreed({ list, analysis }: Way): UseSet {
  const possible: readonly AttributeUse[] = QUESTION_USES[analysis];
  const chosen = Object.entries(list.attributes).flatMap(([name, { uses }]) =>
    uses
      .filter((use) => use !== "measure" && possible.includes(use))
      .map((use) => [permitOf(name, use), FREE] as const),
  );
  const measures = possible.includes("measure") && list.measures !== undefined ? Object.entries(list.measures) : [];
  const told = measures.map(([name, { scale, clamp, aggregates }]) => {
    const bounds = clampOfUnits({ scale, minimum: clamp.min, maximum: clamp.max });
    return [permitOf(name, "measure"), { ...FREE, aggregates: united(aggregates, []), clamp: bounds }] as const;
  });
  return new Map([...chosen, ...told]);
}

// A question draws a measure to the contract's bounds and no others, so a grant of narrower ones lets nothing be told.
function usableOf(granted: UseSet, agreed: UseSet): UseSet {
  const isFit = (permit: AttributePermit) =>
    isClampWithin(agreed.get(permit)?.clamp ?? null, granted.get(permit)?.clamp ?? null);
  return new Map([...meetUses(granted, agreed)].filter(([permit]) => isFit(permit)));
}

function exposedUses(uses: UseSet): ExposedUse[] {
  return requestOf(uses).flatMap(({ name, uses: ways }) =>
    ways.map((use) => ({ attribute: name, use, limits: uses.get(permitOf(name, use)) ?? FREE })),
  );
}

// What is the same on the days after one another is one item.
function joinedDays(items: readonly Exposure[]): Exposure[] {
  const joined: Exposure[] = [];
  for (const item of items) {
    const before = joined.findIndex(
      ({ until, clauses }) => clauses.policy === item.clauses.policy && dayFrom(until, 1) === item.from,
    );
    const earlier = joined[before];
    if (earlier === undefined) joined.push(item);
    else joined[before] = { ...earlier, until: item.until };
  }
  return joined;
}
