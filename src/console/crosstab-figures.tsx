// A cross-tab as a heat map that is a table: one hue, every cell labelled, what was withheld hatched. One axis makes a
// column, two make a grid, a third makes grids one below the other.

import { datasetRefSchema, ownerOf } from "../domain/dataset/schema.ts";
import { type Directory, decimal, nameOf } from "../domain/policy/words.ts";
import { type DrawnFigure, reachOf } from "./charts/regions.ts";
import { Figure, Scroll } from "./pieces.tsx";
import { useReader } from "./reader.ts";
import { plainWord } from "./words.ts";

type Key = string | null;
type Axis = {
  readonly dataset: string;
  readonly attribute: string;
  readonly grouping?: string | undefined;
  readonly keys: readonly Key[];
};
type Cell = { readonly keys: readonly Key[]; readonly people: DrawnFigure; readonly measure?: DrawnFigure | undefined };
type Measure = { readonly measure: string; readonly aggregate: string; readonly scale: number };
type Props = {
  readonly axes: readonly Axis[];
  readonly cells: readonly Cell[];
  readonly measure: Measure | null;
  readonly directory: Directory;
};

/** Steps of the one hue. */
const SHADES = 6;

/** The heat map. */
export function CrosstabFigures({ axes, cells, measure, directory }: Props) {
  const [rows, columns, sheets] = axes;
  if (rows === undefined) return null;
  const reach = reachOf(cells.map(({ people }) => people));
  const keys: readonly Key[] = sheets === undefined ? [null] : sheets.keys;
  return (
    <>
      {keys.map((sheet) => (
        <Scroll label={`Cross-tab ${sheet ?? ""}`}>
          <table class="heat">
            <caption>{captionOf({ rows, columns, sheets, sheet, measure }, directory)}</caption>
            {columns !== undefined && (
              <thead>
                <tr>
                  <th scope="col">{axisName(rows, directory)}</th>
                  {columns.keys.map((key) => (
                    <th scope="col">{keyName(key)}</th>
                  ))}
                </tr>
              </thead>
            )}
            <tbody>
              {rows.keys.map((row) => (
                <tr>
                  <th scope="row">{keyName(row)}</th>
                  {(columns?.keys ?? [null]).map((column) => {
                    const wanted = [
                      row,
                      ...(columns === undefined ? [] : [column]),
                      ...(sheets === undefined ? [] : [sheet]),
                    ];
                    return <HeatCell cell={cellAt(cells, wanted)} measure={measure} reach={reach} />;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      ))}
      <p class="note">The stronger the colour of a cell, the more people. What is hatched was withheld.</p>
    </>
  );
}

/** How dark a cell is, from 0 for none to SHADES; null where it was withheld, which has no shade. */
export function shadeOf({ released }: DrawnFigure, reach: number): number | null {
  return released === undefined ? null : Math.round((Math.max(0, released) / reach) * SHADES);
}

type CellProps = { readonly cell: Cell | undefined; readonly measure: Measure | null; readonly reach: number };

function HeatCell({ cell, measure, reach }: CellProps) {
  if (cell === undefined) return <td />;
  const shade = shadeOf(cell.people, reach);
  const told = measure === null ? undefined : cell.measure;
  return (
    <td class={shade === null ? "cell hatched" : `cell shade-${shade}`}>
      <Figure figure={cell.people} />
      {told?.released !== undefined && measure !== null && (
        <span class="measure">{decimal(told.released, measure.scale, useReader().notation)}</span>
      )}
    </td>
  );
}

type Caption = {
  readonly rows: Axis;
  readonly columns: Axis | undefined;
  readonly sheets: Axis | undefined;
  readonly sheet: Key;
  readonly measure: Measure | null;
};

function captionOf({ rows, columns, sheets, sheet, measure }: Caption, directory: Directory): string {
  const across = columns === undefined ? "" : `, by ${axisName(columns, directory)}`;
  const where = sheets === undefined ? "" : `, where ${axisName(sheets, directory)} is ${keyName(sheet)}`;
  const added = measure === null ? "" : `; below them the ${measure.aggregate} of ${plainWord(measure.measure)}`;
  return `People by ${axisName(rows, directory)}${across}${where}${added}`;
}

function axisName({ dataset, attribute, grouping }: Axis, directory: Directory): string {
  const owner = nameOf(directory, ownerOf(datasetRefSchema.parse(dataset)));
  return `${plainWord(grouping ?? attribute)} at ${owner}`;
}

function keyName(key: Key): string {
  return key ?? "something else";
}

function cellAt(cells: readonly Cell[], wanted: readonly Key[]): Cell | undefined {
  return cells.find(({ keys }) => keys.length === wanted.length && keys.every((key, index) => key === wanted[index]));
}
