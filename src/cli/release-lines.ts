// A release for a person: how many, how sure, what it cost and what is left.

import type { components } from "../client/api-types.gen.ts";
import { aligned, shownFigure, shownRho } from "./figures.ts";
import type { Names } from "./partner-names.ts";
import { affinityLines, crosstabLines, trendLines } from "./table-lines.ts";

export type Release = components["schemas"]["Release"];
type Charge = Release["spent"][number];

/** The lines of a release. */
export function releaseLines(release: Release, names: Names): string[] {
  return [
    `${release.kind} ${release.id} for ${names.of(release.recipient)}, purpose ${String(release.question["purpose"])}`,
    `as of ${release.asOf}, kept until ${release.expiresAt}`,
    ...(release.outcome === "withheld" ? [WITHHELD] : []),
    ...figureLines(release, names),
    privacyLine(release.privacy),
    ...chargeLines(release.spent, names),
  ];
}

// What an answer takes from each account, and what that leaves.
function chargeLines(charges: readonly Charge[], names: Names): string[] {
  if (charges.length === 0) return [];
  const rows = charges.map(({ dataset, account, nanoRho, left }) => [
    `${names.list(dataset)}, by ${names.of(account)}`,
    nanoRho === "0" ? "nothing" : shownRho(nanoRho),
    `left ε ${left.epsilon}, enough for ${left.answers} such answers`,
  ]);
  return ["spent:", ...aligned(rows, 2)];
}

const WITHHELD = "withheld: too few people, or too many; nothing more is said about which";

function figureLines(release: Release, names: Names): string[] {
  const { sizes = [], regions = [], matchRates = [], byIdentifier = [], size } = release;
  const lists = sizes.map((one) => [names.list(one.dataset), shownFigure(one)]);
  const shared = regions.map((one) => [regionName(one.members.map(names.list), sizes.length), shownFigure(one)]);
  const rates = matchRates.map(({ dataset, share }) => [`of ${names.list(dataset)}`, `${(share * 100).toFixed(1)} %`]);
  const kinds = byIdentifier.map((one) => [one.identifier, shownFigure(one)]);
  return [
    ...titled("people on each list:", lists),
    ...titled("people on exactly:", shared),
    ...titled("match rate:", rates),
    ...titled("matched by:", kinds),
    ...crosstabLines(release, names),
    ...affinityLines(release, names),
    ...trendLines(release, names),
    ...(size === undefined ? [] : [`people on the list: ${shownFigure(size)}`]),
    ...deniabilityLines(release),
  ];
}

function deniabilityLines({ deniability }: Release): string[] {
  if (deniability === undefined) return [];
  const { epsilon, falseShare, turned } = deniability;
  const share =
    falseShare === undefined ? [] : [`about ${Math.round(falseShare * 100)} % of its entries are false, on purpose`];
  const chance = `${(turned * 100).toPrecision(3)} %`;
  return [
    ...share,
    `no entry is proof: ${chance} of those who match are left out, and ${chance} of all others put in (ε ${epsilon})`,
  ];
}

function titled(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [title, ...aligned(rows, 2)];
}

function regionName(members: readonly string[], lists: number): string {
  if (members.length === 1) return `${members[0]} alone`;
  return members.length === lists && lists > 2 ? "all of them" : members.join(" and ");
}

function privacyLine(privacy: Release["privacy"]): string {
  if (privacy.mode === "exact") return `exact figures, ${String(privacy["says"])}`;
  const [epsilon, threshold] = [privacy["epsilon"], privacy["threshold"]].map(String);
  const isGaussian = privacy["mechanism"] === "discrete-gaussian";
  const noise = isGaussian ? `Gaussian noise that spreads by ${String(privacy["sigma"])}, at the price` : "noise";
  return `${noise} of ε ${epsilon}; nothing below ${threshold} is shown`;
}
