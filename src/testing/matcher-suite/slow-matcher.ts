// The slow and obvious matcher: people by comparing every row with every other, tokens made one by one with another
// implementation, matches by looking through lists.

import { blake3 } from "@noble/hashes/blake3.js";
import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { keyedTokeniser, type Tokeniser } from "../../domain/identifier/token-kernel.ts";
import { digestOf, type Filter, type Row, type World } from "./lists.ts";

export type TokenOf = (kind: IdentifierKind, identifier: string) => string;

export function trueToken(roomKey: Uint8Array): TokenOf {
  return (kind, text) => {
    const key = blake3(roomKey, { context: Buffer.from(`concordat token ${kind} 1`) });
    return Buffer.from(blake3(digestOf(text), { key, dkLen: 16 })).toString("hex");
  };
}

// Few first and second words, so that buckets are shared, keys repeat in long runs and some tokens differ late.
const alike = keyedTokeniser(new Uint8Array(32));
export const lookalike: Tokeniser = (digests, count, tokens) => {
  alike(digests, count, tokens);
  for (let at = 0; at < count * 4; at += 4) {
    tokens[at] = ((tokens[at] ?? 0) & 1) * 0x80000001;
    tokens[at + 1] = (tokens[at + 1] ?? 0) & 1;
  }
};

export const lookalikeToken: TokenOf = (_, text) => {
  const words = new Uint32Array(4);
  const digest = digestOf(text);
  lookalike(new Int32Array(new Uint8Array(digest).buffer), 1, words);
  return [...words].map((word) => word.toString(16).padStart(8, "0")).join("");
};

type Person = { readonly rows: Row[] };

function peopleOf(rows: readonly Row[]): Person[] {
  const people: Person[] = [];
  for (const row of rows) {
    if (row.email === null && row.phone === null) continue;
    const same = people.filter((one) => one.rows.some((other) => isSamePerson(row, other)));
    const first = same[0];
    if (first === undefined) people.push({ rows: [row] });
    else {
      first.rows.push(row);
      for (const joined of same.slice(1)) {
        first.rows.push(...joined.rows);
        people.splice(people.indexOf(joined), 1);
      }
      first.rows.sort((a, b) => rows.indexOf(a) - rows.indexOf(b));
    }
  }
  return people;
}

function isSamePerson(left: Row, right: Row): boolean {
  return (
    left.record === right.record ||
    (left.email !== null && left.email === right.email) ||
    (left.phone !== null && left.phone === right.phone)
  );
}

function isAllowed({ rows }: Person, { consents, where }: Filter): boolean {
  const granted = { ads: ["yes", "1"], mail: ["yes"] };
  const consenting = rows.every((row) =>
    (["ads", "mail"] as const).every((name) => !consents.includes(name) || granted[name].includes(row[name])),
  );
  const first = rows[0];
  return (
    consenting &&
    where.every(({ attribute, in: values }) =>
      values.includes((attribute === "tier" ? first?.tier : first?.shop) ?? ""),
    )
  );
}

function tokensOf({ rows }: Person, kind: IdentifierKind, tokenOf: TokenOf): string[] {
  return rows.flatMap((row) => (row[kind] === null ? [] : [tokenOf(kind, row[kind])]));
}

type Asked = { readonly identifiers: readonly IdentifierKind[]; readonly tokenOf: TokenOf };

export function slowMatch(left: World[number], right: World[number], { identifiers, tokenOf }: Asked) {
  const lefts = peopleOf(left[0]).filter((one) => isAllowed(one, left[1]));
  const rights = peopleOf(right[0]).filter((one) => isAllowed(one, right[1]));
  const matched = new Set<Person>();
  const byIdentifier = identifiers.map((kind) => {
    let count = 0;
    const tokens = new Set(lefts.flatMap((one) => tokensOf(one, kind, tokenOf)));
    for (const token of [...tokens].sort()) {
      const holds = (one: Person) => tokensOf(one, kind, tokenOf).includes(token);
      const [a, b] = [lefts.find(holds), rights.find(holds)];
      if (a === undefined || b === undefined || matched.has(a) || matched.has(b)) continue;
      matched.add(a).add(b);
      count++;
    }
    return count;
  });
  const records = lefts.filter((one) => matched.has(one)).map((one) => one.rows[0]?.record);
  return { byIdentifier, records, sizes: [lefts.length, rights.length] };
}

export function slowOverlap(world: World, identifiers: readonly IdentifierKind[], tokenOf: TokenOf) {
  const [left, right] = world;
  if (world.length === 2 && left !== undefined && right !== undefined) {
    const { byIdentifier, records, sizes } = slowMatch(left, right, { identifiers, tokenOf });
    const [a = 0, b = 0] = sizes;
    return { sizes, byIdentifier, regions: [0, a - records.length, b - records.length, records.length] };
  }
  const standing = world.map(([rows, filter]) => {
    const people = peopleOf(rows).filter((one) => isAllowed(one, filter));
    const under = people.map((one) => identifiers.flatMap((kind) => tokensOf(one, kind, tokenOf))[0]);
    return { people, tokens: new Set(under.filter((token) => token !== undefined)) };
  });
  const regions = new Array<number>(2 ** world.length).fill(0);
  for (const token of new Set(standing.flatMap(({ tokens }) => [...tokens]))) {
    const mask = standing.reduce((sum, { tokens }, index) => sum | (tokens.has(token) ? 1 << index : 0), 0);
    regions[mask] = (regions[mask] ?? 0) + 1;
  }
  for (const [index, { people, tokens }] of standing.entries())
    regions[1 << index] = (regions[1 << index] ?? 0) + people.length - tokens.size;
  return { sizes: standing.map(({ people }) => people.length), regions, byIdentifier: [] };
}
