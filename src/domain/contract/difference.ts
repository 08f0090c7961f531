// What an amendment changes, in plain words and for each member: what more, or less, anybody could learn about its
// customers. A version is taken apart into facts; what only the later one says is more, what only the earlier one says
// is less, so two versions that differ never read alike.

import { canonicalJson } from "../canonical-json.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type Directory, listed, nameOf } from "../policy/words.ts";
import type { Contract } from "./document.ts";
import { type Fact, factsAbout, generalFacts } from "./facts.ts";

/** Lines about each member of either version, then about the contract as a whole. O(members² × analyses × uses). */
export function contractDifference(before: Contract, after: Contract, directory: Directory): string[] {
  const [old, now] = [before, after].map((one) => one.members.map(({ partner }) => partner));
  if (old === undefined || now === undefined) throw new Error("there are two versions");
  const everybody = [...new Set([...old, ...now])];
  const lines = [
    ...membershipLines(old, now, directory),
    ...everybody.flatMap((member) => {
      const told = changes(factsAbout(before, member, directory), factsAbout(after, member, directory));
      const name = nameOf(directory, member);
      return told.length > 0
        ? told.map((line) => `${name}: ${line}`)
        : [`${name}: nothing changes about its customers.`];
    }),
    ...changes(generalFacts(before), generalFacts(after)),
  ];
  return [...lines, ...restLines(before, after)];
}

function membershipLines(old: readonly PartnerId[], now: readonly PartnerId[], directory: Directory): string[] {
  const names = (partners: readonly PartnerId[]) => listed(partners.map((partner) => nameOf(directory, partner)));
  const joining = now.filter((partner) => !old.includes(partner));
  const leaving = old.filter((partner) => !now.includes(partner));
  return [
    ...(joining.length === 0 ? [] : [`New in the contract: ${names(joining)}.`]),
    ...(leaving.length === 0 ? [] : [`No longer in the contract: ${names(leaving)}. Their lists take no more part.`]),
  ];
}

function changes(before: readonly Fact[], after: readonly Fact[]): string[] {
  const old = new Map(before.map((fact) => [fact.key, fact]));
  const now = new Map(after.map((fact) => [fact.key, fact]));
  const lost = before.filter(({ key }) => !now.has(key));
  const won = after.filter(({ key }) => !old.has(key));
  const moved = after.flatMap((fact) => {
    const was = old.get(fact.key);
    if (was?.measure === undefined || fact.measure === undefined || was.measure === fact.measure) return [];
    return [`${was.measure < fact.measure ? "more" : "less"}: ${fact.says}; before: ${was.says}.`];
  });
  return [
    ...won.map(({ says, isLimit }) => `${isLimit ? "less" : "more"}: ${says}.`),
    ...lost.map(({ says, isLimit }) => `${isLimit ? "more" : "less"}: no longer holds that ${says}.`),
    ...moved,
  ];
}

// Wording that no fact tells, such as the order in which identifiers are tried or a name space.
function restLines(before: Contract, after: Contract): string[] {
  const [old, now] = [before, after].map((contract) =>
    canonicalJson(contract.analyses.map(({ identifiers, matching }) => [identifiers, matching ?? "in-order"])),
  );
  const [was, is] = [before, after].map((contract) => canonicalJson(contract.members));
  const spaces = [before, after].map((contract) =>
    canonicalJson(contract.datasets.map((one) => one.namespace ?? null)),
  );
  return [
    ...(was === is ? [] : ["Members or their roles change; a role by itself lets nobody learn more."]),
    ...(old === now ? [] : ["How people are matched changes: read what each member may learn in the whole text."]),
    ...(spaces[0] === spaces[1] ? [] : ["Where external ids hold changes: lists of other name spaces never match."]),
  ];
}
