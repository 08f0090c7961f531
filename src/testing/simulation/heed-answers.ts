// What entries tell of answers: that the contract and the policies of that moment let them through, that they were paid
// for within what was agreed, and whom a list could name.

import { canonicalJson } from "../../domain/canonical-json.ts";
import { DAY_MILLIS } from "../../domain/instant.ts";
import { costOfPureEpsilon, parseEpsilon } from "../../domain/privacy/epsilon.ts";
import type { Question } from "../../domain/question/question.ts";
import { budgetFaults, capFaults, endFaults, termsFor } from "./heed-limits.ts";
import { countedIn, matchedIn } from "./heed-people.ts";
import { type Debit, type Entry, type Given, itemsIn, ownerOf, type Truth, textIn } from "./truth.ts";

/** An answer that is given: a new one, or one that was given before, which costs nothing. */
export function heedAnswer(truth: Truth, entry: Entry): string[] {
  const { subject, detail } = entry;
  const contract = textIn(subject, "contract");
  const isClosed = truth.ended.has(contract) || (truth.suspended.get(contract)?.size ?? 0) > 0;
  const closed = isClosed ? ["3: a question was answered under a contract that is not in force"] : [];
  const id = textIn(subject, "release");
  const before = truth.given.get(id);
  if (detail["isRepeated"] === true) {
    if (before === undefined) return [...closed, "2: an answer was given again that never was"];
    return [...closed, ...endFaults(truth, before, Date.parse(entry.at))];
  }
  // SAFETY: an entry holds the question as its asker's room read it.
  const question = detail["question"] as Question;
  const given = givenIn(truth, entry, question);
  const debits = debitsIn(entry);
  const faults = [...closed, ...permitFaults(truth, given), ...priceFaults(truth, given, { debits, question })];
  truth.given.set(id, given);
  truth.debits.push(...debits.filter(({ nanoRho }) => nanoRho > 0n));
  truth.approved.delete(given.questionDigest);
  const kept = [...capFaults(truth, given), ...endFaults(truth, given, given.at)];
  return [...faults, ...kept, ...budgetFaults(truth, given, debits)];
}

function givenIn(truth: Truth, { subject, detail, index, at }: Entry, question: Question): Given {
  const isForList = "from" in question;
  const contract = textIn(subject, "contract");
  const versions = new Map(itemsIn(detail, "versions").map((one) => [textIn(one, "list"), textIn(one, "version")]));
  const recipient = textIn(detail, "recipient");
  const terms = termsFor(truth, contract, ownersOf({ versions, recipient }));
  const days = (isForList ? terms?.audienceValidityDays : terms?.retentionDays) ?? 0;
  const given = {
    id: textIn(subject, "release"),
    index,
    at: Date.parse(at),
    expiresAt: Date.parse(at) + days * DAY_MILLIS,
    recipient,
    contract,
    questionDigest: textIn(subject, "questionDigest"),
    draw: drawOf(question),
    analysis: question.analysis,
    lists: isForList ? { from: question.from, matching: question.matching, channel: question.channel } : null,
    purpose: question.purpose,
    where: question.where ?? [],
    versions,
    answerDigest: textIn(detail, "answerDigest"),
  };
  const versionsOf = (one: Pick<Given, "versions">) => [...one.versions.values()].sort().join();
  const same = [...truth.given.values()].filter(
    (one) => one.draw === given.draw && versionsOf(one) === versionsOf(given),
  );
  const counted = countedIn(truth, given, question);
  return { ...given, figures: counted === null ? [] : [counted, ...same.flatMap(({ figures }) => figures)] };
}

// The present point of a trend is the draw of the question that it follows.
function drawOf(question: Question): string {
  if (question.analysis !== "trend") return canonicalJson(question);
  return canonicalJson({ ...question, analysis: question.by === undefined ? "overlap" : "crosstab" });
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
function ownersOf({ versions, recipient }: Pick<Given, "versions" | "recipient">): string[] {
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

type Priced = { readonly debits: readonly Debit[]; readonly question: Question };

// Who has the figures already pays nothing for them: whatever else is given is paid for in full, in both accounts.
function priceFaults(truth: Truth, given: Given, { debits, question: { epsilon } }: Priced): string[] {
  const isFirst = [...truth.given.values()].every(({ draw }) => draw !== given.draw);
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

/** A list leaves the room: whom it may name at the most, as of this entry. */
export function heedCollection(truth: Truth, { subject, at }: Entry): string[] {
  const id = textIn(subject, "release");
  const given = truth.given.get(id);
  if (given?.lists == null) return ["5: what was collected is no list of people"];
  const isClosed = truth.ended.has(given.contract) || (truth.suspended.get(given.contract)?.size ?? 0) > 0;
  const asked = matchedIn(truth, given, (list) => given.versions.get(list) ?? null);
  const current = matchedIn(truth, given, (list) => truth.lists.get(list)?.versions.at(-1)?.id ?? null);
  if (asked === null || current === null) return ["9: a list was collected from versions that are gone"];
  const named = new Set([...asked].filter((record) => current.has(record)));
  truth.collectable.set(id, [...(truth.collectable.get(id) ?? []), named]);
  const closed = isClosed ? ["3: a list was collected under a contract that is not in force"] : [];
  return [...closed, ...endFaults(truth, given, Date.parse(at))];
}
