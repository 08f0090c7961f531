// Tables of a release for a person: cross-tabs, affinities and trends, each as rows under a head.

import type { components } from "../client/api-types.gen.ts";
import { aligned, type Figure, grouped, shownFigure } from "./figures.ts";
import type { Names } from "./partner-names.ts";

type Release = components["schemas"]["Release"];

/** Two attributes and counts alone make a grid; anything else has a line for each cell. */
export function crosstabLines({ axes = [], cells = [], measure }: Release, names: Names): string[] {
  const [rows, columns, ...others] = axes;
  if (rows === undefined) return [];
  if (columns !== undefined && others.length === 0 && measure === undefined)
    return gridLines([rows, columns], cells, names);
  const named = measure === undefined ? [] : [`${measure.aggregate} of ${measure.measure}`];
  const head = [...axes.map((axis) => axisNamed(axis, names)), "people", ...named];
  const lines = cells.map((cell) => [
    ...cell.keys.map(keyName),
    shownFigure(cell.people),
    ...(cell.measure === undefined ? [] : [shownFigure(cell.measure, measure?.scale)]),
  ]);
  return ["people whom all share:", ...aligned([head, ...lines], 2)];
}

/** Segments as they are ranked, with what the index is made of. */
export function affinityLines({ attribute, segments = [] }: Release, names: Names): string[] {
  if (attribute === undefined) return [];
  const rows = segments.map(({ key, index, shared, all }) => [
    keyName(key),
    shownFigure(index),
    shownFigure(shared),
    shownFigure(all),
  ]);
  const head = [axisNamed(attribute, names), "index", "shared", "on the list"];
  return ["how much more frequent each is among the shared (100: as frequent):", ...aligned([head, ...rows], 2)];
}

/** A line for each point, the oldest first; of tables, cell by cell. */
export function trendLines({ points = [] }: Release, names: Names): string[] {
  const [first] = points;
  if (first === undefined) return [];
  if (first.axes !== undefined) return tableTrendLines(points, first.axes, names);
  const head = ["as of", ...sizesOf(first).map(({ dataset }) => names.list(dataset)), "all share"];
  const rows = points.map((point) => {
    const sizes = sizesOf(point);
    const everybody = point.regions?.find(({ members }) => members.length === sizes.length);
    const all = everybody === undefined ? "" : shownFigure(everybody);
    return [point.asOf, ...sizes.map((size) => shownFigure(size)), all];
  });
  return ["people over time:", ...aligned([head, ...rows], 2)];
}

type Point = NonNullable<Release["points"]>[number];

function sizesOf({ sizes = [] }: Point): NonNullable<Point["sizes"]> {
  return sizes;
}

// Points of one series have the same cells in the same order: they are the contract's.
function tableTrendLines(points: readonly Point[], axes: readonly Axis[], names: Names): string[] {
  const measure = points.at(-1)?.measure;
  const named = measure === undefined ? [] : [`${measure.aggregate} of ${measure.measure}`];
  const head = [...axes.map((axis) => axisNamed(axis, names)), "as of", "people", ...named];
  const rows = points[0]?.cells?.flatMap(({ keys }, place) =>
    points.map(({ asOf, cells = [] }, index) => {
      const names = keys.map((key) => (index === 0 ? keyName(key) : ""));
      const cell = cells[place];
      const told = cell?.measure === undefined ? [] : [shownFigure(cell.measure, measure?.scale)];
      return [...names, asOf, cell === undefined ? "" : shownFigure(cell.people), ...told];
    }),
  );
  return ["people over time:", ...aligned([head, ...(rows ?? [])], 2)];
}

type Axis = NonNullable<Release["axes"]>[number];
type Cells = NonNullable<Release["cells"]>;

// All counts of a table are equally sure, so what that is stands below it once.
function gridLines([rows, columns]: readonly [Axis, Axis], cells: Cells, names: Names): string[] {
  const head = [`${axisNamed(rows, names)} \\ ${axisNamed(columns, names)}`, ...columns.keys.map(keyName)];
  const width = columns.keys.length;
  const lines = rows.keys.map((key, row) => [
    keyName(key),
    ...cells.slice(row * width, (row + 1) * width).map(({ people }) => bare(people)),
  ]);
  return ["people whom all share:", ...aligned([head, ...lines], 2), ...sureLine(cells)];
}

function bare({ released, says }: Figure): string {
  return released === undefined ? (says ?? "withheld") : grouped(released);
}

function sureLine(cells: Cells): string[] {
  const told = cells.map(({ people }) => people).find(({ interval }) => interval !== undefined);
  const high = told?.interval?.[1];
  return told?.released === undefined || high === undefined ? [] : [`  each ± ${grouped(high - told.released)} (95 %)`];
}

function axisNamed({ dataset, attribute, grouping }: NonNullable<Release["attribute"]>, names: Names): string {
  const name = names.attribute(dataset, attribute);
  return grouping === undefined ? name : `${name} by ${grouping}`;
}

function keyName(key: string | null): string {
  return key ?? "(none)";
}
