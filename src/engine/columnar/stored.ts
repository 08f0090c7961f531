// What a version says of people: everything that the room keeps of their rows but tokens, which say nothing to anybody.

import { NO_MEASURE } from "../../domain/dataset/measure.ts";
import type { NamedToken } from "../../ports/matcher.ts";
import type { StoredRow } from "../../ports/stored-row.ts";
import { attributeColumn, CONSENTS, measureColumn } from "../../wire/segment/shape.ts";
import type { Engine } from "./engine.ts";
import { rowsHolding, rowsOfPeople } from "./holders.ts";
import { columnView, type LoadedColumns, loadedColumns, sameRowsOf } from "./loaded.ts";
import { throughRecords } from "./selection.ts";
import type { Stay } from "./shelf.ts";
import type { Version } from "./version.ts";

type Asking = { readonly version: Version; readonly tokens: readonly NamedToken[] };

/** Every row of the people who hold any of these tokens. */
export async function storedRows(engine: Engine, stay: Stay, asking: Asking): Promise<StoredRow[]> {
  const { version } = asking;
  const people = new Set(await rowsHolding(engine, stay, asking));
  if (people.size === 0) return [];
  const { merged } = await sameRowsOf(stay, version);
  const speakers = new Map<number, number>();
  for (let at = 0; at < merged.length; at += 2) speakers.set(merged[at] ?? 0, merged[at + 1] ?? 0);
  const columns = await loadedColumns(engine, stay, version);
  const found: StoredRow[] = [];
  await throughRecords(version, await rowsOfPeople(stay, version, people), (row, record) => {
    const at = { engine, version, columns, row, speaker: speakers.get(row) ?? row };
    found.push({ record, attributes: attributesAt(at), measures: measuresAt(at), consents: consentsAt(at) });
  });
  return found;
}

type Place = {
  readonly engine: Engine;
  readonly version: Version;
  readonly columns: LoadedColumns;
  readonly row: number;
  /** The row that speaks for the person, where its consents are together. */
  readonly speaker: number;
};

function attributesAt(place: Place): StoredRow["attributes"] {
  const named = place.version.manifest.attributes.flatMap(({ name, values }) => {
    const value = values[numberAt(place, attributeColumn(name), place.row) - 1];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(named);
}

function measuresAt(place: Place): StoredRow["measures"] {
  const named = place.version.manifest.measures.flatMap((name) => {
    const value = numberAt(place, measureColumn(name), place.row) | 0;
    return value === NO_MEASURE ? [] : [[name, value] as const];
  });
  return Object.fromEntries(named);
}

function consentsAt(place: Place): StoredRow["consents"] {
  const { consents } = place.version.manifest;
  const bits = consents.length === 0 ? 0 : numberAt(place, CONSENTS, place.speaker);
  return consents.filter((_, bit) => ((bits >>> bit) & 1) === 1);
}

function numberAt({ engine, version, columns }: Place, name: string, row: number): number {
  const column = columns.get(name);
  if (column === undefined) throw new Error("a version lacks a column of its own");
  return columnView(engine.arena.memory.buffer, column, version.manifest.rows)[row] ?? 0;
}
