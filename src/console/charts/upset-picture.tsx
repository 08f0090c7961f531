// The UpSet picture of an overlap of any number of lists: a bar for each combination, sorted by size, with its
// interval; below it dots say which lists it is made of. What was withheld is a hatched stub of one height.

import { setFigure } from "../reader.ts";
import { Hatch, pixels } from "./hatch.tsx";
import { bySize, type DrawnList, type DrawnOverlap, type DrawnRegion, reachOf } from "./regions.ts";

const COLUMN = 40;
const NAMES = 168;
const BARS = 180;
const TOP = 26;
const ROW = 26;
const STUB = 22;
const FIRST = 15;

/** Height of a bar for a figure. Withheld figures have a stub of one height, whatever they were. */
export function barHeight({ released }: DrawnRegion["figure"], reach: number): number {
  return released === undefined ? STUB : (Math.max(0, released) / reach) * BARS;
}

/** The first fifteen combinations; all of them stand in the table. */
export function UpsetPicture({ overlap }: { readonly overlap: DrawnOverlap }) {
  const regions = bySize(overlap.regions).slice(0, FIRST);
  const reach = reachOf(regions.map((region) => region.figure));
  const width = NAMES + regions.length * COLUMN + 8;
  const height = TOP + BARS + 14 + overlap.lists.length * ROW;
  const left = overlap.regions.length - regions.length;
  return (
    <figure class="picture wide" tabindex={0} aria-label="Bars of combinations">
      <svg viewBox={`0 0 ${width} ${height}`} width={width} role="img" aria-label="Bars of combinations; figures below">
        <defs>
          <Hatch id="upset-hatch" />
        </defs>
        {overlap.lists.map((list, row) => (
          <ListRow list={list} row={row} width={width} />
        ))}
        {regions.map((region, column) => (
          <Column region={region} column={column} reach={reach} lists={overlap.lists} />
        ))}
      </svg>
      <figcaption>
        People who are on exactly these lists, most first, with the 95 % interval of each figure. What is hatched was
        withheld and has no height.{left === 0 ? "" : ` ${left} more combinations stand in the table.`}
      </figcaption>
    </figure>
  );
}

function ListRow({ list, row, width }: { readonly list: DrawnList; readonly row: number; readonly width: number }) {
  const y = rowHeight(row);
  return (
    <g>
      {row % 2 === 0 && <rect class="band" x="0" y={y - ROW / 2} width={width} height={ROW} />}
      <circle class={`dot colour-${list.colour}`} cx="8" cy={y} r="5" />
      <text class="axis-label" x="20" y={y + 4}>
        {list.name.length > 20 ? `${list.name.slice(0, 19)}…` : list.name}
      </text>
    </g>
  );
}

type ColumnProps = {
  readonly region: DrawnRegion;
  readonly column: number;
  readonly reach: number;
  readonly lists: readonly DrawnList[];
};

function Column({ region, column, reach, lists }: ColumnProps) {
  const x = NAMES + column * COLUMN + COLUMN / 2;
  const tall = barHeight(region.figure, reach);
  const floor = TOP + BARS;
  const { released, interval, says } = region.figure;
  const rows = lists.flatMap(({ ref }, row) => (region.members.includes(ref) ? [row] : []));
  const top = interval?.[1] === undefined ? tall : (interval[1] / reach) * BARS;
  const label = released === undefined ? (says ?? "withheld").replace("fewer than ", "< ") : setFigure(released);
  return (
    <g>
      <rect
        class={released === undefined ? "withheld-bar" : "bar"}
        fill={released === undefined ? "url(#upset-hatch)" : undefined}
        x={x - 11}
        y={pixels(floor - tall)}
        width="22"
        height={pixels(tall)}
      />
      {interval !== undefined && <Whisker x={x} interval={interval} reach={reach} />}
      <text class="bar-label" x={x} y={pixels(floor - top - 7)}>
        {label}
      </text>
      <line class="link" x1={x} x2={x} y1={rowHeight(rows.at(0) ?? 0)} y2={rowHeight(rows.at(-1) ?? 0)} />
      {lists.map(({ ref }, row) => (
        <circle class={region.members.includes(ref) ? "dot in" : "dot out"} cx={x} cy={rowHeight(row)} r="6" />
      ))}
    </g>
  );
}

type WhiskerProps = { readonly x: number; readonly interval: readonly number[]; readonly reach: number };

function Whisker({ x, interval: [low = 0, high = 0], reach }: WhiskerProps) {
  const [bottom, top] = [low, high].map((value) => pixels(TOP + BARS - (value / reach) * BARS));
  return <path class="whisker" d={`M${x} ${bottom}V${top}M${x - 4} ${bottom}h8M${x - 4} ${top}h8`} />;
}

function rowHeight(row: number): number {
  return TOP + BARS + 14 + row * ROW + ROW / 2;
}
