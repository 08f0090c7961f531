// What entries tell of answers: that the contract and the policies of that moment let them through, that they were paid
// for within what was agreed, and whom a list could name.

import { IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import { DAY_MILLIS } from "../../domain/instant.ts";
import { ledgerLimits } from "../../domain/policy/budget.ts";
import { meet, termsOfLimits } from "../../domain/policy/terms.ts";
import { costOfPureEpsilon, parseEpsilon } from "../../domain/privacy/epsilon.ts";
import { questionSchema } from "../../domain/question/question.ts";
import { concerns } from "../../domain/subject/objection.ts";
import { countRegions, peopleOf, roomOf } from "../matcher-suite/memory-people.ts";
import type { PlainRow } from "../matcher-suite/rank.ts";
import { LIST_SCHEMA } from "./documents.ts";
import { hasAny, identifiersOf, type Person, peopleIn, type Row } from "./people.ts";
import { type Debit, type Entry, type Given, itemsIn, type Truth, textIn } from "./truth.ts";

const ownerOf = (list: string): string => list.split("/", 1).join();

/** An answer that is given: a new one, or one that was given before, which costs nothing. */
export function heedAnswer(truth: Truth, entry: Entry): string[] {
  const { subject, detail } = entry;
  const contract = textIn(subject, "contract");
  const isClosed = truth.ended.has(contract) || (truth.suspended.get(contract)?.size ?? 0) > 0;
  const closed = isClosed ? ["3: a question was answered under a contract that is not in force"] : [];
  const id = textIn(subject, "release");
  if (detail["isRepeated"] === true) {
    return truth.given.has(id) ? closed : [...closed, "2: an answer was given again that never was"];
  }
  const given = givenIn(truth, entry);
  const debits = debitsIn(entry);
  const faults = [...closed, ...permitFaults(truth, given), ...priceFaults(truth, given, { debits, entry })];
  truth.given.set(id, given);
  truth.debits.push(...debits.filter(({ nanoRho }) => nanoRho > 0n));
  truth.approved.delete(given.questionDigest);
  return [...faults, ...budgetFaults(truth, given, debits)];
}

function givenIn(truth: Truth, { subject, detail, index }: Entry): Given {
  const question = questionSchema.parse(detail["question"]);
  const isForList = "from" in question;
  const given = {
    id: textIn(subject, "release"),
    index,
    recipient: textIn(detail, "recipient"),
    contract: textIn(subject, "contract"),
    questionDigest: textIn(subject, "questionDigest"),
    analysis: question.analysis,
    lists: isForList ? { from: question.from, matching: question.matching, channel: question.channel } : null,
    purpose: question.purpose,
    where: question.where ?? [],
    versions: new Map(itemsIn(detail, "versions").map((one) => [textIn(one, "list"), textIn(one, "version")])),
    answerDigest: textIn(detail, "answerDigest"),
  };
  const isCounted = truth.mode === "exact" && question.analysis === "overlap";
  return { ...given, figures: isCounted ? countedIn(truth, given, question.identifiers ?? []) : null };
}

function debitsIn({ subject, detail, at }: Entry): Debit[] {
  return itemsIn(detail, "debits").map((one) => ({
    lineage: textIn(one, "lineage"),
    recipient: textIn(one, "recipient"),
    nanoRho: BigInt(textIn(one, "nanoRho")),
    release: textIn(subject, "release"),
    at: Date.parse(at),
  }));
}

/** Owners of other lists that a question touches. */
function ownersOf({ versions, recipient }: Given): string[] {
  return [...versions.keys()].map(ownerOf).filter((owner) => owner !== recipient);
}

// Blind: what is held against an answer is the text of the policies of that moment, and nothing of people.
function permitFaults(truth: Truth, given: Given): string[] {
  return ownersOf(given).flatMap((owner) => {
    const policy = truth.inForce.get(owner);
    const isGranted = policy?.grants.some(({ analyses }) => analyses.some((one) => one === given.analysis)) === true;
    const waits = policy?.defaults.approval.some((one) => one === given.analysis) === true;
    const isApproved = truth.approved.get(given.questionDigest)?.has(owner) === true;
    return [
      ...(isGranted ? [] : [`3: \`${owner}\` grants no ${given.analysis}, and one was answered`]),
      ...(waits && !isApproved ? [`3: \`${owner}\` did not approve a question that had to wait for it`] : []),
    ];
  });
}

type Priced = { readonly debits: readonly Debit[]; readonly entry: Entry };

// Who has the figures already pays nothing for them: whatever else is given is paid for in full, in both accounts.
function priceFaults(truth: Truth, given: Given, { debits, entry }: Priced): string[] {
  const { epsilon } = questionSchema.parse(entry.detail["question"]);
  const isFirst = [...truth.given.values()].every(({ questionDigest }) => questionDigest !== given.questionDigest);
  if (!isFirst || epsilon === undefined) return [];
  const offered = parseEpsilon(epsilon);
  if (!offered.ok) return ["1: an answer was given for a price that is none"];
  const cost = costOfPureEpsilon(offered.value);
  const lineages = [...given.versions.keys()].filter((list) => ownerOf(list) !== given.recipient);
  return lineages.flatMap((lineage) => {
    const paid = debits.filter((one) => one.lineage === lineage);
    const isWhole = paid.length === 2 && paid.every(({ nanoRho }) => nanoRho === cost);
    return isWhole ? [] : [`1: an answer about \`${lineage}\` was not paid for in both accounts`];
  });
}

function budgetFaults(truth: Truth, { contract, recipient }: Given, debits: readonly Debit[]): string[] {
  const agreed = truth.contracts.get(contract);
  if (agreed === undefined) return ["3: a question was answered under no contract"];
  return debits.flatMap(({ lineage, recipient: account, at }) => {
    const policy = truth.inForce.get(ownerOf(lineage));
    if (policy === undefined) return [`3: \`${lineage}\` has no policy, and was asked about`];
    const terms = meet(termsOfLimits(agreed.terms), termsOfLimits(policy.defaults));
    const limits = ledgerLimits(terms);
    const since = at - terms.budget.periodDays * DAY_MILLIS;
    const lines = truth.debits.filter((one) => one.lineage === lineage && one.recipient === account);
    const counted = account === recipient ? lines.filter((one) => one.at > since) : lines;
    const spent = counted.reduce((sum, one) => sum + one.nanoRho, 0n);
    const most = account === recipient ? limits.perRecipient : limits.lineage;
    return spent <= most ? [] : [`1: ${spent} is spent of ${most} on \`${lineage}\` for ${account}`];
  });
}

type Asked = Omit<Given, "figures">;

// Counted by the slow matcher, on the rows as they are at this entry, and not on the files that the room counted on.
function countedIn(truth: Truth, given: Asked, identifiers: readonly IdentifierKind[]): ReadonlyMap<string, number> {
  const lists = [...given.versions.keys()].sort();
  const parties = lists.map((list) => {
    const version = truth.lists.get(list)?.versions.find(({ id }) => id === given.versions.get(list));
    const people = peopleIn(version?.rows ?? []).filter((person) => isAsked(truth, given, { list, person }));
    const plain = people.flatMap((person) => person.map((row) => plainRow(truth, row)));
    const where = given.where.filter(({ dataset }) => dataset === list);
    return {
      schema: LIST_SCHEMA,
      measures: [],
      room: roomOf(peopleOf(plain), LIST_SCHEMA, { ...WHOLE, where }),
    };
  });
  const { sizes, regions } = countRegions(parties, identifiers);
  const figures = new Map(lists.map((list, place) => [`size of ${list}`, sizes[place] ?? 0]));
  for (const [mask, count] of regions.entries())
    figures.set(lists.filter((_, place) => ((mask >> place) & 1) === 1).join(), count);
  return figures;
}

const WHOLE = { segment: "", dataKey: new Uint8Array(), consents: ["ads"] };

function plainRow({ tokens }: Truth, { record, identifiers, tier, ads }: Row): PlainRow {
  const tokenOf = (kind: IdentifierKind) => {
    const own = identifiers.find((identifier) => identifier.startsWith(`${kind}:`));
    return own === undefined ? null : (tokens.get(own) ?? null);
  };
  const codes = [["gold", "silver"].indexOf(tier) + 1];
  return { record, tokens: IDENTIFIER_KINDS.map(tokenOf), codes, measures: [], consents: ads ? 1 : 0 };
}

/** A list leaves the room: whom it may name at the most, as of this entry. */
export function heedCollection(truth: Truth, { subject }: Entry): string[] {
  const id = textIn(subject, "release");
  const given = truth.given.get(id);
  if (given?.lists == null) return ["5: what was collected is no list of people"];
  const isClosed = truth.ended.has(given.contract) || (truth.suspended.get(given.contract)?.size ?? 0) > 0;
  const asked = matchedIn(truth, given, (list) => given.versions.get(list) ?? null);
  const current = matchedIn(truth, given, (list) => truth.lists.get(list)?.versions.at(-1)?.id ?? null);
  if (asked === null || current === null) return ["9: a list was collected from versions that are gone"];
  const named = new Set([...asked].filter((record) => current.has(record)));
  truth.collectable.set(id, [...(truth.collectable.get(id) ?? []), named]);
  return isClosed ? ["3: a list was collected under a contract that is not in force"] : [];
}

/** The records of everybody who may be on a list, on some versions; null where one of them is not there. */
function matchedIn(truth: Truth, given: Given, versionOf: (list: string) => string | null): Set<string> | null {
  if (given.lists === null) return null;
  const [own, others] = [given.lists.from, given.lists.matching].map((list) => {
    const version = truth.lists.get(list)?.versions.find(({ id }) => id === versionOf(list));
    return version === undefined
      ? null
      : peopleIn(version.rows).filter((person) => isAsked(truth, given, { list, person }));
  });
  if (own == null || others == null) return null;
  const known = new Set(others.flatMap((person) => [...identifiersOf(person)]));
  return new Set(own.filter((person) => hasAny(person, known)).flatMap((person) => person.map(({ record }) => record)));
}

// The row that speaks for a person has the value that is asked for, so one of the rows has it.
function isAsked(
  truth: Truth,
  given: Asked,
  { list, person }: { readonly list: string; readonly person: Person },
): boolean {
  const { analysis, purpose, lists } = given;
  const isFitting = given.where.every(({ dataset, in: values }) => {
    return dataset !== list || person.some(({ tier }) => values.includes(tier));
  });
  const use = { analysis, purpose, channel: lists?.channel ?? null };
  const objections = truth.objections.get(ownerOf(list)) ?? [];
  const isLeftOut = objections.some(
    ({ scope, identifiers }) => concerns(scope, { ...use, consents: ["ads"] }) && hasAny(person, identifiers),
  );
  return isFitting && !isLeftOut && person.every(({ ads }) => ads);
}
