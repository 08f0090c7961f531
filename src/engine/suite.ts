// What every matcher must answer: the same as a slow and obvious one over the same rows. Small random worlds with
// duplicates, several identifiers, shared references, tokens that look alike, filters and consents.

import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { blake3 } from "@noble/hashes/blake3.js";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DatasetSchema, datasetSchemaSchema, type IdentifierKind } from "../domain/dataset/schema.ts";
import { keyedTokeniser, type Tokeniser } from "../domain/identifier/token-kernel.ts";
import type { ComparedList, Matcher, SealedVersion } from "../ports/matcher.ts";

/** A matcher to try, with the key that its room has and, where it takes one, another way to make tokens. */
export type MakeMatcher = (options: {
  readonly roomKey: Uint8Array;
  readonly tokeniserOf?: (kind: IdentifierKind) => Tokeniser;
}) => Promise<{ readonly matcher: Matcher; end(): Promise<void> }>;

export const SCHEMA: DatasetSchema = datasetSchemaSchema.parse({
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "customer" },
  identifiers: {
    phone: { column: "phone_sha256", profile: "concordat-1", encoding: "base64" },
    email: { column: "email_sha256", profile: "concordat-1", encoding: "hex" },
  },
  attributes: {
    tier: { column: "tier", type: "category", values: ["gold", "silver"] },
    shop: { column: "shop", type: "category", values: Array.from({ length: 300 }, (_, index) => `shop ${index}`) },
  },
  consents: {
    ads: { column: "ads", granted: ["yes", "1"] },
    mail: { column: "mail", granted: ["yes"] },
  },
  rejects: "1",
});

export type Row = {
  readonly record: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly tier: string;
  readonly shop: string;
  readonly ads: string;
  readonly mail: string;
};

type TokenOf = (kind: IdentifierKind, identifier: string) => string;
type Filter = Pick<ComparedList, "consents" | "where">;

export function matcherSuite(name: string, makeMatcher: MakeMatcher): void {
  describe(`${name}: the same answers as the slow and obvious matcher`, () => {
    comparesWorlds(makeMatcher, "with tokens as they are", (roomKey) => ({ roomKey }), trueToken);
    comparesWorlds(
      makeMatcher,
      "with tokens whose first words are alike",
      (roomKey) => ({ roomKey, tokeniserOf: () => lookalike }),
      lookalikeToken,
    );
  });
  describe(`${name}: lists and versions`, () => {
    answersAlike(makeMatcher);
  });
}

function comparesWorlds(
  makeMatcher: MakeMatcher,
  title: string,
  optionsFor: (roomKey: Uint8Array) => Parameters<MakeMatcher>[0],
  tokenFor: (roomKey: Uint8Array) => TokenOf,
): void {
  const roomKey = new Uint8Array(32).fill(7);
  const tokenOf = tokenFor(roomKey);
  const worlds = fc.array(fc.tuple(rowsOf(14), filters), { minLength: 2, maxLength: 5 });

  it(`counts every region ${title}`, async () => {
    const made = await makeMatcher(optionsFor(roomKey));
    await fc.assert(
      fc.asyncProperty(worlds, fc.constantFrom<IdentifierKind>("email", "phone"), async (world, kind) => {
        const lists = await sealAll(made.matcher, world);
        const answer = await made.matcher.overlap(lists, [kind]);
        expect(answer).toEqual(slowOverlap(world, [kind], tokenOf));
      }),
      { numRuns: 40 },
    );
    await made.end();
  });

  it(`matches two lists one to one by several identifiers and selects whom it matched, ${title}`, async () => {
    const made = await makeMatcher(optionsFor(roomKey));
    const two = fc.tuple(fc.tuple(rowsOf(20), filters), fc.tuple(rowsOf(20), filters));
    const orders = fc.constantFrom<IdentifierKind[]>(["email", "phone"], ["phone", "email"], ["email"]);
    await fc.assert(
      fc.asyncProperty(two, orders, async ([left, right], identifiers) => {
        const [own, other] = await sealAll(made.matcher, [left, right]);
        if (own === undefined || other === undefined) throw new Error("two lists were sealed");
        const slow = slowMatch(left, right, { identifiers, tokenOf });
        expect(await made.matcher.overlap([own, other], identifiers)).toEqual(
          slowOverlap([left, right], identifiers, tokenOf),
        );
        const count = slow.records.length;
        const query = { own, other, identifiers };
        expect(await made.matcher.select({ ...query, maximum: count })).toEqual({ count, records: slow.records });
        expect(await made.matcher.select({ ...query, maximum: count - 1 })).toEqual({ count, records: [] });
      }),
      { numRuns: 40 },
    );
    await made.end();
  });
}

function answersAlike(makeMatcher: MakeMatcher): void {
  let made: Awaited<ReturnType<MakeMatcher>>;
  beforeEach(async () => {
    made = await makeMatcher({ roomKey: new Uint8Array(32).fill(9) });
  });
  afterEach(() => made.end());

  it("gives the same answers however a list is cut into parts, and when it is sent twice over", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(20), rowsOf(20), fc.nat(20), async (rows, others, cut) => {
        const [whole, cutUp, twice, other] = await Promise.all([
          seal(made.matcher, [rows]),
          seal(made.matcher, [rows.slice(0, cut), rows.slice(cut)]),
          seal(made.matcher, [rows, rows]),
          seal(made.matcher, [others]),
        ]);
        const ask = (one: Sealed) => made.matcher.overlap([one.list, other.list], ["email", "phone"]);
        const answer = await ask(whole);
        expect(await ask(cutUp)).toEqual(answer);
        expect(await ask(twice)).toEqual(answer);
        expect(twice.version.people).toBe(whole.version.people);
        expect(twice.version.duplicates).toBe(whole.version.duplicates + rowsWithIdentifier(rows));
      }),
      { numRuns: 15 },
    );
  });

  it("compares an empty list, and a list with itself", async () => {
    const [none, one] = [await seal(made.matcher, [[]]), await seal(made.matcher, [[person(1)]])];
    expect(none.version.people).toBe(0);
    expect((await made.matcher.overlap([none.list, one.list], ["email"])).regions).toEqual([0, 0, 1, 0]);
    expect((await made.matcher.overlap([one.list, one.list], ["email"])).regions).toEqual([0, 0, 0, 1]);
  });

  it("keeps identifiers of different kinds apart, even over the same digest", async () => {
    const byEmail = await seal(made.matcher, [[{ ...person(1), email: "same", phone: null }]]);
    const byPhone = await seal(made.matcher, [[{ ...person(2), email: null, phone: "same" }]]);
    const { regions } = await made.matcher.overlap([byEmail.list, byPhone.list], ["email", "phone"]);
    expect(regions).toEqual([0, 1, 1, 0]);
  });

  it("lets nobody in for a consent, an attribute or a value that the list does not know", async () => {
    const { list } = await seal(made.matcher, [[person(1), person(2)]]);
    const sizeUnder = async (filter: Partial<Filter>) =>
      (await made.matcher.overlap([{ ...list, ...filter }, list], ["email"])).sizes[0];
    expect(await sizeUnder({})).toBe(2);
    expect(await sizeUnder({ consents: ["unheard of"] })).toBe(0);
    expect(await sizeUnder({ where: [{ attribute: "unheard of", in: ["gold"] }] })).toBe(0);
    expect(await sizeUnder({ where: [{ attribute: "tier", in: ["bronze"] }] })).toBe(0);
  });

  it("folds a row repeated many times into one person", async () => {
    const rows = Array.from({ length: 30_000 }, (_, index) => (index % 3 === 0 ? person(index) : person(0)));
    const { version } = await seal(made.matcher, [rows]);
    expect(version).toMatchObject({ people: 10_000, duplicates: 20_000 });
  });

  it("refuses a version under another key than its own, before and after it was opened", async () => {
    const { list } = await seal(made.matcher, [[person(1)]]);
    const stolen = { ...list, dataKey: randomBytes(32) };
    await expect(made.matcher.overlap([stolen, stolen], ["email"])).rejects.toThrow("key");
    await made.matcher.overlap([list, list], ["email"]);
    await expect(made.matcher.overlap([stolen, list], ["email"])).rejects.toThrow("key");
  });

  it("finds 137 people in the two halves of the thousand", async ({ skip }) => {
    const path = "../shared/data/people-1000.csv";
    skip(!existsSync(path), `missing: ${path}`);
    const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
    const rows = lines.map((line) => {
      const [record = "", , , , , email = ""] = line.split(",");
      return { ...person(0), record, phone: null, email: email === "" ? null : email };
    });
    const even = await seal(made.matcher, [rows.filter((row) => Number(row.record) % 2 === 0)]);
    const odd = await seal(made.matcher, [rows.filter((row) => Number(row.record) % 2 === 1)]);
    expect([even.version.people, odd.version.people]).toEqual([284, 277]);
    expect((await made.matcher.overlap([even.list, odd.list], ["email"])).byIdentifier).toEqual([137]);
  });
}

// Rows

const identifier = (kind: string) =>
  fc.option(
    fc.nat(9).map((index) => `${kind} ${index}`),
    { freq: 3 },
  );

function rowsOf(maxLength: number): fc.Arbitrary<Row[]> {
  const row = fc.record({
    record: fc.nat(25).map((index) => `r${index}, "é"`),
    email: identifier("email"),
    phone: identifier("phone"),
    tier: fc.constantFrom("", "gold", "silver"),
    shop: fc.constantFrom("", "shop 0", "shop 255", "shop 299"),
    ads: fc.constantFrom("yes", "1", "no", ""),
    mail: fc.constantFrom("yes", "1", ""),
  });
  return fc.array(row, { maxLength, size: "max" });
}

const filters: fc.Arbitrary<Filter> = fc.record({
  consents: fc.subarray(["ads", "mail"], { maxLength: 1 }),
  where: fc.subarray([
    { attribute: "tier", in: ["gold", "silver"] },
    { attribute: "shop", in: ["shop 0", "shop 299", "shop nowhere"] },
  ]),
});

export function person(index: number): Row {
  const name = `person ${index}`;
  return { record: name, email: name, phone: `+${index}`, tier: "gold", shop: "", ads: "yes", mail: "yes" };
}

export function digestOf(identifier: string): Buffer {
  return createHash("sha256").update(`suite ${identifier}`).digest();
}

export function csvOf(rows: readonly Row[]): string {
  return rows.map((row) => `${cellsOf(row).map(quoted).join(",")}\r\n`).join("");
}

export const HEADER = "mail,phone_sha256,customer,email_sha256,shop,ads,tier\n";

function cellsOf({ record, email, phone, tier, shop, ads, mail }: Row): string[] {
  const hex = email === null ? "" : digestOf(email).toString("hex");
  const base64 = phone === null ? "" : digestOf(phone).toString("base64");
  return [mail, base64, record, hex, shop, ads, tier];
}

function quoted(cell: string): string {
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function rowsWithIdentifier(rows: readonly Row[]): number {
  return rows.filter((row) => row.email !== null || row.phone !== null).length;
}

// Uploads

export type Sealed = { readonly version: SealedVersion; readonly list: ComparedList };

export async function* bodyOf(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** Uploads parts under a key of their own and seals them. */
export async function seal(matcher: Matcher, parts: readonly (readonly Row[])[]): Promise<Sealed> {
  const staging = randomBytes(8).toString("hex");
  const dataKey = randomBytes(32);
  let columns: readonly string[] | undefined;
  for (const [index, rows] of parts.entries()) {
    const staged = await matcher.stagePart({
      staging,
      number: index + 1,
      schema: SCHEMA,
      dataKey,
      ...(columns === undefined ? {} : { columns }),
      body: bodyOf(`${index === 0 ? HEADER : ""}${csvOf(rows)}`),
    });
    if (!staged.ok) throw new Error(staged.error.says);
    expect(staged.value.part.report.rejected).toBe(0);
    columns = staged.value.part.columns;
    await staged.value.keep();
  }
  const version = await matcher.seal({ staging, parts: parts.length, schema: SCHEMA, dataKey });
  await matcher.dropStaging(staging);
  return { version, list: { segment: version.segment, dataKey, consents: [], where: [] } };
}

async function sealAll(matcher: Matcher, world: World): Promise<ComparedList[]> {
  const sealed = await Promise.all(world.map(([rows]) => seal(matcher, [rows])));
  return sealed.map(({ list }, index) => ({ ...list, ...world[index]?.[1] }));
}

// Tokens

function trueToken(roomKey: Uint8Array): TokenOf {
  return (kind, text) => {
    const key = blake3(roomKey, { context: Buffer.from(`concordat token ${kind} 1`) });
    return Buffer.from(blake3(digestOf(text), { key, dkLen: 16 })).toString("hex");
  };
}

// Few first and second words, so that buckets are shared, keys repeat in long runs and some tokens differ late.
const alike = keyedTokeniser(new Uint8Array(32));
const lookalike: Tokeniser = (digests, count, tokens) => {
  alike(digests, count, tokens);
  for (let at = 0; at < count * 4; at += 4) {
    tokens[at] = ((tokens[at] ?? 0) & 1) * 0x80000001;
    tokens[at + 1] = (tokens[at + 1] ?? 0) & 1;
  }
};

function lookalikeToken(): TokenOf {
  return (_, text) => {
    const words = new Uint32Array(4);
    const digest = digestOf(text);
    lookalike(new Int32Array(new Uint8Array(digest).buffer), 1, words);
    return [...words].map((word) => word.toString(16).padStart(8, "0")).join("");
  };
}

// The slow and obvious matcher

type World = readonly (readonly [readonly Row[], Filter])[];
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

function slowMatch(left: World[number], right: World[number], { identifiers, tokenOf }: Asked) {
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

function slowOverlap(world: World, identifiers: readonly IdentifierKind[], tokenOf: TokenOf) {
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
