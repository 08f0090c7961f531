// Tables of the store in memory: what a row is known by, what must hold of every row, and the row rule of the schema
// (`storage/README.md`): who sees a row, and who may write it.

import { OPERATOR } from "../../domain/partner/manifest.ts";

/** The partners for whom a transaction acts. */
export type Parties = ReadonlySet<string>;

/** A row of another table, by that table's name and its key there. */
export type Reference = readonly [table: string, key: string];

export type Table<Row> = {
  readonly name: string;
  readonly key: (row: Row) => string;
  readonly sees: (row: Row, parties: Parties) => boolean;
  readonly mayWrite: (row: Row, parties: Parties) => boolean;
  /** Further names that no two rows share, by the name of the index; null for a row that is not in it. */
  readonly unique?: { readonly [index: string]: (row: Row) => string | null };
  /** The name of a constraint that the row breaks, or null. */
  readonly broken?: (row: Row) => string | null;
  /** Rows that must be there when the row is written. */
  readonly refersTo?: (row: Row) => readonly Reference[];
  /** Rows that must be there when the transaction commits. */
  readonly defers?: (row: Row) => readonly Reference[];
};

type OfPartner = { readonly partner: string };

/** Whoever acts for anybody: a directory. */
export const anybody = (_: unknown, parties: Parties): boolean => parties.size > 0;

/** The partner whose row it is. */
export const itsPartner = ({ partner }: OfPartner, parties: Parties): boolean => parties.has(partner);

/** The partner, or the operator. */
export const partnerOrOperator = ({ partner }: OfPartner, parties: Parties): boolean =>
  parties.has(partner) || parties.has(OPERATOR);

/** The row rule of what is a partner's own. */
export const OWN = { sees: itsPartner, mayWrite: itsPartner } as const;

/** Whether any of these partners is among the parties. */
export function meets(partners: readonly string[], parties: Parties): boolean {
  return partners.some((partner) => parties.has(partner));
}

/** The row that says which partner is in the room. */
export const partnerRow = (id: string): Reference => ["partner", id];

/** The first of these constraints that does not hold, by its name. */
export function firstBroken(holds: { readonly [constraint: string]: boolean }): string | null {
  return Object.entries(holds).find(([, isHeld]) => !isHeld)?.[0] ?? null;
}

/** Orders by texts compared byte by byte, as the collation "C" does for what ids are made of. */
export function byText<Row>(textOf: (row: Row) => string): (left: Row, right: Row) => number {
  return (left, right) => {
    const [one, other] = [textOf(left), textOf(right)];
    return one === other ? 0 : one < other ? -1 : 1;
  };
}

/** Orders by a number, and among equals by a text. */
export function byNumber<Row>(
  numberOf: (row: Row) => number,
  textOf: (row: Row) => string = () => "",
): (left: Row, right: Row) => number {
  const among = byText(textOf);
  return (left, right) => numberOf(left) - numberOf(right) || among(left, right);
}

/** The rows behind the one with a key, in their order: none where none has it, all without a key. */
export function rowsAfter<Row>(rows: readonly Row[], after: string | null, keyOf: (row: Row) => string): Row[] {
  const place = after === null ? 0 : rows.findIndex((row) => keyOf(row) === after) + 1;
  return after === null || place > 0 ? rows.slice(place) : [];
}
