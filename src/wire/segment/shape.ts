// What the rows of a list hold, as columns: of fixed width beside the tokens and the record reference. One order of
// columns holds for staged frames and for sealed sections alike, the widest first, so that none needs padding.

import { type DatasetSchema, type IdentifierKind, measuresOf } from "../../domain/dataset/schema.ts";
import type { RowBatch } from "../list/batch.ts";
import { kindsOf } from "../list/columns.ts";

export type RowColumn = {
  readonly name: string;
  /** Bytes of a row. */
  readonly width: 1 | 2 | 4;
  /** Its place in the order in which rows of one reference are told apart: attributes, measures, consents. */
  readonly rank: number;
};

export type RowShape = {
  readonly kinds: readonly IdentifierKind[];
  readonly columns: readonly RowColumn[];
};

/** What the rows of a list under a schema hold. */
export function shapeOf(schema: DatasetSchema): RowShape {
  const columns = sortedColumns({
    attributes: Object.entries(schema.attributes).map(([name, { values }]) => ({
      name: attributeColumn(name),
      values: values.length,
    })),
    measures: measuresOf(schema).map(([name]) => measureColumn(name)),
    consents: Object.keys(schema.consents).length,
  });
  return { kinds: kindsOf(schema), columns };
}

/** Columns in the order that holds everywhere. */
export function sortedColumns(named: {
  readonly attributes: readonly { readonly name: string; readonly values: number }[];
  readonly measures: readonly string[];
  readonly consents: number;
}): readonly RowColumn[] {
  const consentBytes = bytesForConsents(named.consents);
  const unsorted: readonly Omit<RowColumn, "rank">[] = [
    ...named.attributes.map(({ name, values }): Omit<RowColumn, "rank"> => ({ name, width: values < 256 ? 1 : 2 })),
    ...named.measures.map((name): Omit<RowColumn, "rank"> => ({ name, width: 4 })),
    ...(consentBytes === 0 ? [] : [{ name: CONSENTS, width: consentBytes }]),
  ];
  const columns = unsorted.map((column, rank) => ({ ...column, rank }));
  return [4, 2, 1].flatMap((width) => columns.filter((column) => column.width === width));
}

/** The columns of a batch in the order of its shape. */
export function columnsOfBatch(schema: DatasetSchema, shape: RowShape, batch: RowBatch): readonly BatchColumn[] {
  const named = new Map<string, BatchColumn>([[CONSENTS, batch.consents]]);
  for (const [index, [name]] of measuresOf(schema).entries()) keep(named, measureColumn(name), batch.measures[index]);
  for (const [index, name] of Object.keys(schema.attributes).entries())
    keep(named, attributeColumn(name), batch.codes[index]);
  return shape.columns.map(({ name }) => {
    const column = named.get(name);
    if (column === undefined) throw new Error("a batch of another schema");
    return column;
  });
}

type BatchColumn = Uint8Array | Uint16Array | Uint32Array | Int32Array;

function keep(named: Map<string, BatchColumn>, name: string, column: BatchColumn | undefined): void {
  if (column !== undefined) named.set(name, column);
}

/** Rows that are named by their references alone. */
export const REFERENCES: RowShape = { kinds: [], columns: [] };

export const CONSENTS = "consents";

export function attributeColumn(name: string): string {
  return `attribute ${name}`;
}

export function measureColumn(name: string): string {
  return `measure ${name}`;
}

/** Bytes that the consent bits of one row take. */
function bytesForConsents(consents: number): 0 | 1 | 2 | 4 {
  if (consents === 0) return 0;
  if (consents <= 8) return 1;
  return consents <= 16 ? 2 : 4;
}
