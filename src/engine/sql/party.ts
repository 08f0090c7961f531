// A list of a question as the token tables have it: its number, and who of it is in the room, as a condition on rows.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import type { ComparedList, Selection } from "../../ports/matcher.ts";
import type { Stay } from "../columnar/shelf.ts";
import type { Version } from "../columnar/version.ts";
import { kindNumber } from "./loading.ts";
import { numberAt, type Shuffle } from "./said.ts";
import type { Standing } from "./standing.ts";
import { type Values, whole } from "./statement.ts";
import type { Statements } from "./token-database.ts";

/** A list of a question as its tables have it. */
export type Party = {
  readonly version: Version;
  readonly standing: Standing;
  /** The numbers of an attribute's values. */
  shuffle(attribute: { readonly name: string; readonly values: readonly string[] }): Shuffle;
  /** Who is in the room; null for nobody. */
  readonly room: Room | null;
};

export type Room = {
  /** Bits that consents must have. */
  readonly consents: number;
  /** Stored numbers that an attribute may have, a bit each. */
  readonly clauses: readonly { readonly place: number; readonly numbers: Uint8Array }[];
  /** A bit for each row; null where other lists say nothing. */
  readonly people: Uint8Array | null;
};

export type Asking = { readonly tx: Statements; readonly stay: Stay; party(list: ComparedList): Promise<Party> };

/** Two lists that are matched, and by what. */
export type Two = { readonly left: Party; readonly right: Party; readonly identifiers: readonly IdentifierKind[] };

export async function twoOf(asking: Asking, { own, other, identifiers }: Selection): Promise<Two> {
  return { left: await asking.party(own), right: await asking.party(other), identifiers };
}

/** Which rows stand for people: every token of a kind, the least of a kind that each has, or one of any kind. */
export type Rows = { readonly kind: IdentifierKind } | { readonly least: IdentifierKind } | "one each";

/** The condition under which a row is one of these, of somebody in the room. */
export function isAmong(values: Values, alias: string, { party, rows }: { party: Party; rows: Rows }): string {
  const { standing, room } = party;
  const conditions = [`${alias}.version = ${whole(standing.number)}`];
  if (rows === "one each") conditions.push(`${alias}.is_speaking`);
  else if ("kind" in rows) conditions.push(`${alias}.kind = ${kindNumber(rows.kind)}`);
  else conditions.push(`${alias}.kind = ${kindNumber(rows.least)}`, `${alias}.is_least`);
  if (room === null) return [...conditions, "false"].join(" and ");
  const { consents, clauses, people } = room;
  if (consents !== 0) conditions.push(`${alias}.consents & ${whole(consents)} = ${whole(consents)}`);
  for (const { place, numbers } of clauses)
    conditions.push(`get_bit(${values.add(numbers)}, ${numberAt(`${alias}.said`, place)}) = 1`);
  if (people !== null) conditions.push(`get_bit(${values.add(people)}, ${alias}.person) = 1`);
  return conditions.join(" and ");
}
