// What an amendment changes, in plain words and for each member: what more, or less, anybody could learn about its
// customers. A version is taken apart into facts; what only the later one says is more, what only the earlier one says
// is less, so two versions that differ never read alike.

import { canonicalJson } from "../canonical-json.ts";
import { datasetRef } from "../dataset/schema.ts";
import { type Notation, OF_DOCUMENTS } from "../notation.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { ANALYSES } from "../policy/limits-document.ts";
import { ANALYSIS_WORDS, type Directory, listed, nameOf } from "../policy/words.ts";
import type { Contract } from "./document.ts";
import { type Fact, factsAbout, generalFacts } from "./facts.ts";
import { waysOfMatching } from "./plain.ts";

/** One thing that differs. */
export type ContractChange = {
  /** The member about whose customers it is; null where it is about all of them. */
  readonly about: PartnerId | null;
  /** Whether more or less may be learned for it; `neither` where it tells no fact. */
  readonly permits: "more" | "less" | "neither";
  /** A clause without a full stop. */
  readonly says: string;
};

/** Whom changes are told to: by which names, and in which notation, that of documents where none is given. */
type ToldTo = { readonly directory: Directory; readonly notation?: Notation };

/** Changes about each member of either version, then about the contract as a whole. O(members² × analyses × uses). */
export function contractChanges(
  before: Contract,
  after: Contract,
  { directory, notation = OF_DOCUMENTS }: ToldTo,
): ContractChange[] {
  const [old, now] = [before, after].map((one) => one.members.map(({ partner }) => partner));
  if (old === undefined || now === undefined) throw new Error("there are two versions");
  const telling = { directory, notation };
  const everybody = [...new Set([...old, ...now])];
  return [
    ...membershipChanges(old, now, directory),
    ...everybody.flatMap((about) => {
      const told = changes(factsAbout(before, about, telling), factsAbout(after, about, telling));
      const nothing = { permits: "neither", says: "nothing changes about its customers" } as const;
      return (told.length > 0 ? told : [nothing]).map((change) => ({ about, ...change }));
    }),
    ...changes(generalFacts(before, notation), generalFacts(after, notation)).map((change) => ({
      about: null,
      ...change,
    })),
    ...restChanges(before, after),
  ];
}

/** The same as lines. */
export function contractDifference(before: Contract, after: Contract, directory: Directory): string[] {
  return linesOfChanges(contractChanges(before, after, { directory }), directory);
}

/** Changes as lines, each with whom it is about and what it permits. */
export function linesOfChanges(changed: readonly ContractChange[], directory: Directory): string[] {
  return changed.map(({ about, permits, says }) => {
    const whose = about === null ? "" : `${nameOf(directory, about)}: `;
    return `${whose}${permits === "neither" ? "" : `${permits}: `}${says}.`;
  });
}

type Told = Omit<ContractChange, "about">;

function membershipChanges(
  old: readonly PartnerId[],
  now: readonly PartnerId[],
  directory: Directory,
): ContractChange[] {
  const names = (partners: readonly PartnerId[]) => listed(partners.map((partner) => nameOf(directory, partner)));
  const joining = now.filter((partner) => !old.includes(partner));
  const leaving = old.filter((partner) => !now.includes(partner));
  return saying([
    ...(joining.length === 0 ? [] : [`New in the contract: ${names(joining)}`]),
    ...(leaving.length === 0 ? [] : [`No longer in the contract: ${names(leaving)}. Their lists take no more part`]),
  ]);
}

function changes(before: readonly Fact[], after: readonly Fact[]): Told[] {
  const old = new Map(before.map((fact) => [fact.key, fact]));
  const now = new Map(after.map((fact) => [fact.key, fact]));
  const lost = before.filter(({ key }) => !now.has(key));
  const won = after.filter(({ key }) => !old.has(key));
  const moved = after.flatMap((fact): Told[] => {
    const was = old.get(fact.key);
    if (was?.measure === undefined || fact.measure === undefined || was.measure === fact.measure) return [];
    return [{ permits: was.measure < fact.measure ? "more" : "less", says: `${fact.says}; before: ${was.says}` }];
  });
  return [
    ...won.map(({ says, isLimit }): Told => ({ permits: isLimit ? "less" : "more", says })),
    ...lost.map(({ says, isLimit }): Told => {
      return { permits: isLimit ? "more" : "less", says: `no longer holds that ${says}` };
    }),
    ...moved,
  ];
}

// Wording that no fact tells, such as the order in which identifiers are tried or a name space.
function restChanges(before: Contract, after: Contract): ContractChange[] {
  const [was, is] = [before, after].map((contract) => canonicalJson(contract.members));
  return saying([
    ...(was === is ? [] : ["Members or their roles change; a role by itself lets nobody learn more"]),
    ...matchingChanges(before, after),
    ...(areSpacesKept(before, after)
      ? []
      : ["Where external ids hold changes: lists of other name spaces never match"]),
  ]);
}

// Who learns by an analysis is told as facts; how it finds people is told here, and that it comes or goes where nobody
// learns by it.
function matchingChanges(before: Contract, after: Contract): string[] {
  const [old, now] = [before, after].map(
    (contract) => new Map(contract.analyses.map((entry) => [entry.analysis, waysOfMatching(entry)])),
  );
  return ANALYSES.flatMap((analysis) => {
    const [was, is] = [old?.get(analysis), now?.get(analysis)];
    if (was === is) return [];
    const asked = ANALYSIS_WORDS[analysis];
    if (is === undefined) return [`The contract no longer has ${asked}`];
    if (was === undefined) return [`The contract has ${asked}, where people are matched by ${is}`];
    return [`How people are matched changes for ${asked}: by ${is}. Before, they were matched by ${was}`];
  });
}

// A list that comes or goes is told as a fact, with what it is matched by.
function areSpacesKept(before: Contract, after: Contract): boolean {
  const spaces = new Map(before.datasets.map((list) => [datasetRef(list.partner, list.dataset), list.namespace]));
  return after.datasets.every((list) => {
    const name = datasetRef(list.partner, list.dataset);
    return spaces.has(name) ? spaces.get(name) === list.namespace : list.namespace === undefined;
  });
}

function saying(lines: readonly string[]): ContractChange[] {
  return lines.map((says) => ({ about: null, permits: "neither", says }));
}
