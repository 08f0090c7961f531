// Cross-tabs: people who are on all lists, counted by attributes of any of them, with measures summed.

import { type CellColumn, cellScratchBytes } from "../../kernels/kernels.ts";
import type { CrossTabCounts, CrossTabQuery } from "../../ports/matcher.ts";
import { attributeColumn, measureColumn } from "../../wire/segment/shape.ts";
import type { Engine } from "./engine.ts";
import { loadedColumns } from "./loaded.ts";
import { partyName } from "./matched.ts";
import { type SharedColumn, sharedRows } from "./questions.ts";
import type { Party } from "./rooms.ts";
import type { Stay, Take } from "./shelf.ts";
import type { Version } from "./version.ts";

/** Cells of a cross-tab, at the most. */
const MOST_CELLS = 16_777_216;

export type CrossTabAsked = CrossTabQuery & { readonly parties: readonly Party[] };

export async function crossTabOf(engine: Engine, stay: Stay, asked: CrossTabAsked): Promise<CrossTabCounts> {
  const { shape, cells } = tableShape(asked);
  const shared = await sharedRows(engine, stay, asked);
  const columns: CellColumn[] = [];
  for (const [index, { list, attribute }] of asked.by.entries()) {
    const times = shape.slice(index + 1).reduce((product, size) => product * size, 1);
    const { at, width } = await matchedColumn(engine, stay, { asked, shared, list, name: attributeColumn(attribute) });
    if (width === 4) throw new Error("an attribute has codes of one byte or two");
    columns.push({ codes: at, width, times });
  }
  const count = shared[0]?.count ?? 0;
  const counted = await countCells(engine, { columns, count, cells });
  const measures: { holders: readonly number[]; sums: readonly number[] }[] = [];
  for (const measure of asked.measures) {
    const { at } = await matchedColumn(engine, stay, {
      asked,
      shared,
      list: measure.list,
      name: measureColumn(measure.measure),
    });
    measures.push(await sumCells(engine, { columns, count, cells, values: at, measure }));
  }
  return { shape, people: counted, measures };
}

/** The lists of a cross-tab, whatever compares them. */
type Tabulated = { readonly parties: readonly { readonly version: Version }[] };

/** How many values each attribute of a cross-tab has, none among them, and how many cells that makes. */
export function tableShape(asked: Pick<CrossTabQuery, "by"> & Tabulated) {
  const shape = asked.by.map(({ list, attribute }) => valuesOf(partyAt(asked, list), attribute) + 1);
  const cells = shape.reduce((product, size) => product * size, 1);
  if (shape.length < 1 || shape.length > 3 || cells > MOST_CELLS)
    throw new RangeError(`a cross-tab has one to three attributes and ${MOST_CELLS} cells at the most`);
  return { shape, cells };
}

export function partyAt<Own>({ parties }: { readonly parties: readonly Own[] }, list: number): Own {
  const party = parties[list];
  if (party === undefined) throw new RangeError("a cross-tab names a list that it does not have");
  return party;
}

function valuesOf({ version }: Tabulated["parties"][number], attribute: string): number {
  const known = version.manifest.attributes.find(({ name }) => name === attribute);
  if (known === undefined) throw new RangeError(`a list has no attribute \`${attribute}\``);
  return known.values.length;
}

type Wanted = {
  readonly asked: CrossTabAsked;
  readonly shared: readonly SharedColumn[];
  readonly list: number;
  readonly name: string;
};

type Column = { readonly at: number; readonly width: 1 | 2 | 4 };

/** A column of one list for the people that all share, kept as long as there is room. */
async function matchedColumn(engine: Engine, stay: Stay, { asked, shared, list, name }: Wanted): Promise<Column> {
  const party = partyAt(asked, list);
  const column = (await loadedColumns(engine, stay, party.version)).get(name);
  const rows = shared[list];
  if (column === undefined || rows === undefined) throw new RangeError(`a list has no ${name}`);
  const gathered = async (take: Take): Promise<Column> => {
    const at = take(rows.count * column.width);
    const { width } = column;
    await engine.callInStretches(rows.count, "gather", ({ from, count }) => [
      { to: at + from * width, from: column.at, order: rows.at + from * 4, count, width },
    ]);
    return { at, width };
  };
  if (!engine.keepsPairings) return stay.own(gathered);
  const who = asked.parties.map(partyName).join(" ");
  const how = `${asked.standing ?? "one-to-one"} ${asked.identifiers.join()}`;
  return stay.hold(`matched ${name} of ${list} ${how} ${who}`, gathered);
}

type Counting = { readonly columns: readonly CellColumn[]; readonly count: number; readonly cells: number };

function countCells(engine: Engine, { columns, count, cells }: Counting): Promise<readonly number[]> {
  return engine.here(cells * 4 + 64 + cellScratchBytes(cells), async ({ buffer, scratch }) => {
    const counted = new Uint32Array(buffer, scratch, cells).fill(0);
    const room = { cells: scratch, size: cells, scratch: scratch + ((cells * 4 + 63) & -64) };
    await engine.call(count, "countCells", { columns, count, ...room });
    return [...counted];
  });
}

type Summing = Counting & { readonly values: number; readonly measure: CrossTabQuery["measures"][number] };

function sumCells(engine: Engine, { columns, count, cells, values, measure }: Summing) {
  return engine.here(cells * 12 + 64, async ({ buffer, scratch }) => {
    const sums = new BigInt64Array(buffer, scratch, cells).fill(0n);
    const holders = new Uint32Array(buffer, scratch + cells * 8, cells).fill(0);
    await engine.call(count, "sumCells", {
      columns,
      count,
      values,
      least: measure.minimum,
      most: measure.maximum,
      sums: scratch,
      holders: scratch + cells * 8,
    });
    return { holders: [...holders], sums: [...sums].map(saturated) };
  });
}

// A sum of 2^32 values of four bytes fits into eight; past what a number holds exactly it stays at that end. Whoever
// joins or leaves changes a sum so kept by no more than the sum itself, which noise relies on.
export function saturated(sum: bigint): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(-Number.MAX_SAFE_INTEGER, Number(sum)));
}
