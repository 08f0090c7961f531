// People and the lists that partners have of them, as plain rows: the slow and obvious truth that what a room does with
// its sealed files is held against.

import { createHash } from "node:crypto";
import type { HashedIdentifier } from "../../domain/subject/hashed-identifier.ts";
import type { Chance } from "./chance.ts";

/** An identifier as a text: its kind, a colon, and what it is. */
export type Identifier = `${"email" | "phone"}:${string}`;

export type Row = {
  readonly record: string;
  readonly identifiers: readonly Identifier[];
  readonly tier: "gold" | "silver" | "";
  readonly ads: boolean;
};

/** Rows of one list that are one person: joined by an identifier, or by a chain of them. */
export type Person = readonly Row[];

const UNIVERSE = 44;
const NUMBERS = Array.from({ length: UNIVERSE }, (_, number) => number);

const emailOf = (number: number): Identifier => `email:p${number}@people.example`;
const phoneOf = (number: number): Identifier => `phone:+49${number}`;

/** Every identifier that anybody has. */
export const EVERY_IDENTIFIER: readonly Identifier[] = NUMBERS.flatMap((number) => [emailOf(number), phoneOf(number)]);

/** The rows of a partner's list that name about so many of everybody in a hundred. Some stand there twice. */
export function drawRows(chance: Chance, partner: string, percent: number): Row[] {
  return chance.some(NUMBERS, percent).flatMap((number) => {
    const row = rowOf(chance, partner, number);
    return chance.happens(6) ? [row, { ...rowOf(chance, partner, number), record: `${row.record}-again` }] : [row];
  });
}

// A few people share a phone with the one before them.
function rowOf(chance: Chance, partner: string, number: number): Row {
  const both = [emailOf(number), phoneOf(number > 0 && number % 11 === 0 ? number - 1 : number)];
  const identifiers = chance.happens(70) ? both : [chance.pick(both)];
  const tier = chance.pick(["gold", "silver", "silver", ""] as const);
  return { record: `${partner}-${number}`, identifiers, tier, ads: chance.happens(90) };
}

const HEADER = "ref,email,phone,tier,ads";

/** A list as it is uploaded: hashed, with a header in its first part. */
export function partOf(rows: readonly Row[], isFirst: boolean): Uint8Array {
  const lines = rows.map(({ record, identifiers, tier, ads }) => {
    const hashed = (kind: string) => {
      const found = identifiers.find((one) => one.startsWith(kind));
      return found === undefined ? "" : hashOf(found).hash;
    };
    return [record, hashed("email"), hashed("phone"), tier, ads ? "yes" : "no"].join();
  });
  return Buffer.from(`${[...(isFirst ? [HEADER] : []), ...lines].join("\n")}\n`);
}

/** An identifier as it leaves a partner's side. */
export function hashOf(identifier: Identifier): HashedIdentifier {
  const known = hashes.get(identifier);
  if (known !== undefined) return known;
  const [kind = "email", ...rest] = identifier.split(":");
  const hash = createHash("sha256").update(rest.join(":")).digest("hex");
  const hashed: HashedIdentifier = { kind: kind === "phone" ? "phone" : "email", hash };
  hashes.set(identifier, hashed);
  return hashed;
}

const hashes = new Map<Identifier, HashedIdentifier>();

/** The people of a list. A list never changes, so each is gone through once. */
export function peopleIn(rows: readonly Row[]): readonly Person[] {
  const known = people.get(rows) ?? joined(rows);
  people.set(rows, known);
  return known;
}

const people = new WeakMap<readonly Row[], readonly Person[]>();

function joined(rows: readonly Row[]): readonly Person[] {
  const byName = new Map<string, Person>();
  for (const row of rows) {
    const others = new Set(namesOf(row).flatMap((name) => byName.get(name) ?? []));
    const person = [...others, row];
    for (const name of person.flatMap(namesOf)) byName.set(name, person);
  }
  return [...new Set(byName.values())];
}

const namesOf = ({ record, identifiers }: Row): string[] => [record, ...identifiers];

/** Every identifier of a person. */
export function identifiersOf(person: Person): ReadonlySet<Identifier> {
  return new Set(person.flatMap(({ identifiers }) => identifiers));
}

/** Whether a person has any of these identifiers. */
export function hasAny(person: Person, identifiers: ReadonlySet<Identifier>): boolean {
  return person.some((row) => row.identifiers.some((identifier) => identifiers.has(identifier)));
}

/** The rows of a list without whoever has any of these identifiers. */
export function without(rows: readonly Row[], identifiers: ReadonlySet<Identifier>): readonly Row[] {
  const left = peopleIn(rows).filter((person) => !hasAny(person, identifiers));
  return left.length === peopleIn(rows).length ? rows : left.flat();
}

/** All identifiers that lists join to these, through whatever chain. */
export function joinedTo(lists: readonly (readonly Row[])[], asked: readonly Identifier[]): ReadonlySet<Identifier> {
  const known = new Set(asked);
  for (let before = -1; before < known.size; ) {
    before = known.size;
    for (const person of lists.flatMap((rows) => peopleIn(rows).filter((one) => hasAny(one, known)))) {
      for (const identifier of identifiersOf(person)) known.add(identifier);
    }
  }
  return known;
}

/** The rows of a list as texts, each with what its whole person consents to, as a sealed list tells it. */
export function told(rows: readonly Row[]): string {
  const known = texts.get(rows) ?? textOf(rows);
  texts.set(rows, known);
  return known;
}

const texts = new WeakMap<readonly Row[], string>();

function textOf(rows: readonly Row[]): string {
  const lines = peopleIn(rows).flatMap((person) => {
    const ads = person.every((row) => row.ads);
    return person.map(({ record, tier }) => `${record} ${tier} ${ads ? "ads" : ""}`);
  });
  return lines.sort().join("\n");
}
