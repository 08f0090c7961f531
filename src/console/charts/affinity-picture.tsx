// An affinity as ranked bars around the index 100: to the right what is more frequent among the people whom both lists
// share, to the left what is less. What was withheld is a hatched stub of one width, which says nothing of either side.

import { setFigure } from "../reader.ts";
import { Hatch, pixels } from "./hatch.tsx";
import { type DrawnFigure, reachOf } from "./regions.ts";

export type DrawnSegment = { readonly name: string; readonly index: DrawnFigure };

const EDGE = 8;
const FIELD = 520;
const LABELS = 90;
const ROW = 52;
const TOP = 30;
// Under its name, which may be as long as the field.
const BAR = { under: 22, tall: 18 };
const STUB = 48;
/** Characters of a name. */
const LONGEST = 36;
/** As frequent among the shared as on the whole list. */
const EVEN = 100;

/** Where an index stands in a field of `FIELD` pixels that begins at 0. */
export function acrossOf(index: number, reach: number): number {
  return (Math.min(Math.max(0, index), reach) / reach) * FIELD;
}

/** Where a bar begins and how wide it is. Withheld figures have one place, whatever they were. */
export function barOf({ released }: DrawnFigure, reach: number): { readonly x: number; readonly width: number } {
  const even = acrossOf(EVEN, reach);
  if (released === undefined) return { x: even - STUB / 2, width: STUB };
  const end = acrossOf(released, reach);
  return { x: Math.min(even, end), width: Math.abs(end - even) };
}

/** The bars, the greatest index first. */
export function AffinityPicture({ segments }: { readonly segments: readonly DrawnSegment[] }) {
  const reach = Math.max(EVEN * 2, reachOf(segments.map(({ index }) => index)));
  const height = TOP + segments.length * ROW + 6;
  const width = EDGE + FIELD + LABELS;
  const even = EDGE + acrossOf(EVEN, reach);
  return (
    <figure class="picture fitting">
      <svg viewBox={`0 0 ${width} ${height}`} width={width} role="img" aria-label="Bars of segments; figures beside">
        <defs>
          <Hatch id="affinity-hatch" />
        </defs>
        <line class="axis" x1={even} x2={even} y1={TOP - 8} y2={height - 6} />
        <text class="bar-label" x={even} y={TOP - 14}>
          100
        </text>
        {segments.map((segment, row) => (
          <SegmentBar segment={segment} y={TOP + row * ROW} reach={reach} />
        ))}
      </svg>
      <figcaption>
        100 is as frequent among the people whom both lists share as on the whole list; 200 is twice as frequent. The
        lines show the 95 % interval of each index. What is hatched was withheld, and stands on neither side.
      </figcaption>
    </figure>
  );
}

type BarProps = { readonly segment: DrawnSegment; readonly y: number; readonly reach: number };

function SegmentBar({ segment: { name, index }, y, reach }: BarProps) {
  const { x, width } = barOf(index, reach);
  const { released, interval, says } = index;
  const top = Math.max(x + width, acrossOf(interval?.[1] ?? 0, reach));
  const label = released === undefined ? (says ?? "withheld").replace("fewer than ", "< ") : setFigure(released);
  return (
    <g>
      <text class="axis-label" x="0" y={y + 14}>
        {name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name}
      </text>
      <rect
        class={released === undefined ? "withheld-bar" : "bar"}
        fill={released === undefined ? "url(#affinity-hatch)" : undefined}
        x={pixels(EDGE + x)}
        y={y + BAR.under}
        width={pixels(width)}
        height={BAR.tall}
      />
      {interval !== undefined && <Whisker y={y + BAR.under + BAR.tall / 2} interval={interval} reach={reach} />}
      <text class="axis-label" x={pixels(EDGE + top + 10)} y={y + BAR.under + 14}>
        {label}
      </text>
    </g>
  );
}

type WhiskerProps = { readonly y: number; readonly interval: readonly number[]; readonly reach: number };

function Whisker({ y, interval: [low = 0, high = 0], reach }: WhiskerProps) {
  const [left, right] = [low, high].map((value) => pixels(EDGE + acrossOf(value, reach)));
  return <path class="whisker" d={`M${left} ${y}H${right}M${left} ${y - 4}v8M${right} ${y - 4}v8`} />;
}
