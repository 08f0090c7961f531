// Regions of two lists and of more, and how far two versions of one list lie apart.

import { IDENTIFIER_KINDS, type IdentifierKind } from "../../domain/dataset/schema.ts";
import type { OverlapCounts } from "../../ports/matcher.ts";
import { sealedKinds } from "../columnar/contacts.ts";
import { countShared, eachMatch, matchCounts, matchedOf, pairsOf } from "./matched.ts";
import { type Asking, isAmong, type Party, type Two } from "./party.ts";
import { sizeOf } from "./people.ts";
import { saidBytes } from "./said.ts";
import { newValues, TOKENS } from "./statement.ts";

export async function overlapInTables(
  asking: Asking,
  parties: readonly Party[],
  identifiers: readonly IdentifierKind[],
): Promise<OverlapCounts> {
  const [left, right] = parties;
  const [kind, ...further] = identifiers;
  if (left === undefined || right === undefined || kind === undefined) throw new Error("nothing to compare");
  const sizes: number[] = [];
  for (const party of parties) sizes.push(await sizeOf(asking, party));
  if (parties.length === 2) return ofTwo(asking, { left, right, identifiers }, sizes);
  if (further.length > 0) throw new Error("three lists or more are compared by one identifier");
  return { sizes, regions: await regionsOf(asking, { parties, kind, sizes }), byIdentifier: [], collisions: [] };
}

async function ofTwo(asking: Asking, two: Two, sizes: readonly number[]): Promise<OverlapCounts> {
  const { counts, collisions } = await matchCounts(asking, two);
  const [own = 0, other = 0] = sizes;
  const matched = counts.reduce((sum, count) => sum + count, 0);
  return { sizes, regions: [0, own - matched, other - matched, matched], byIdentifier: counts, collisions };
}

type Many = { readonly parties: readonly Party[]; readonly kind: IdentifierKind; readonly sizes: readonly number[] };

/** Each person stands under its least token, whose shard alone knows which lists meet there. */
async function regionsOf({ tx }: Asking, { parties, kind, sizes }: Many): Promise<number[]> {
  const values = newValues();
  const standing = parties.map((party, list) => {
    const rows = isAmong(values, "a", { party, rows: { least: kind } });
    return `select a.shard, a.token, ${1 << list} as bit from ${TOKENS} a where ${rows}`;
  });
  const text = `select mask, sum(n)::float8 as n from (
      select shard, mask, count(*) as n from (
        select shard, token, bit_or(bit) as mask from (${standing.join(" union all ")}) as standing
        group by shard, token) as met
      group by shard, mask) as parts group by mask`;
  const regions = new Array<number>(2 ** parties.length).fill(0);
  for (const { mask, n } of await tx.unsafe<{ mask: number; n: number }[]>(text, values.all())) regions[mask] = n;
  // Whoever has no token of the kind stands nowhere, and is on their own list alone.
  for (const [list, size] of sizes.entries()) {
    const isOn = (mask: number) => ((mask >>> list) & 1) === 1;
    const met = regions.reduce((sum, count, mask) => sum + (isOn(mask) ? count : 0), 0);
    regions[1 << list] = (regions[1 << list] ?? 0) + size - met;
  }
  return regions;
}

/** People by which two versions differ, at the least, or tokens of one kind that only one has, where these are more. */
export async function driftInTables(asking: Asking, versions: Omit<Two, "identifiers">): Promise<number> {
  const two = { ...versions, identifiers: sealedKinds(versions.left.version) };
  const sides = [two.left, two.right].map(({ version }) => saidBytes(version.manifest) + 4);
  const [own = 0, other = 0] = sides;
  const text = "a.said || int4send(a.consents) || b.said || int4send(b.consents)";
  const pairs = await pairsOf(asking, two, { text, bytes: own + other });
  const matching = matchedOf(pairs, two);
  const matched = matching.counts.reduce((sum, count) => sum + count, 0);
  let most = two.left.version.manifest.people + two.right.version.manifest.people - 2 * matched;
  const isSame = saysTheSame(two);
  eachMatch(pairs, matching, (_, beside) => {
    most += isSame(beside.subarray(0, own), beside.subarray(own)) ? 0 : 1;
  });
  for (const kind of IDENTIFIER_KINDS.filter((one) => two.identifiers.includes(one))) {
    const shared = await countShared(asking, two, kind);
    for (const { version } of [two.left, two.right]) most = Math.max(most, tokensIn(version, kind) - shared);
  }
  return most;
}

/** Whether two people say the same, of versions that may number their values under different keys. */
function saysTheSame({ left, right }: Omit<Two, "identifiers">) {
  const numbered = [left, right].map(({ version, shuffle }) => version.manifest.attributes.map(shuffle));
  const [ours = [], theirs = []] = numbered;
  if (ours.length !== theirs.length) throw new Error("two versions of one list have different columns");
  const numberIn = (said: Uint8Array, at: number) => ((said[at] ?? 0) << 8) | (said[at + 1] ?? 0);
  return (one: Uint8Array, other: Uint8Array): boolean =>
    Buffer.compare(one.subarray(ours.length * 2), other.subarray(ours.length * 2)) === 0 &&
    ours.every(({ code }, at) => code[numberIn(one, at * 2)] === theirs[at]?.code[numberIn(other, at * 2)]);
}

function tokensIn({ manifest }: Party["version"], kind: IdentifierKind): number {
  const table = manifest.tables.find((one) => one.kind === kind);
  return table === undefined ? 0 : table.bucketTokens.reduce((sum, count) => sum + count, 0);
}
