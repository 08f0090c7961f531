// A trend as a line with the band of its intervals, at the times of the answers. A new version of a list is a mark on
// the way. What was withheld is a hatched strip of one height, and the line stops before it.

import { setFigure } from "../reader.ts";
import { Hatch, pixels } from "./hatch.tsx";
import { type DrawnFigure, reachOf } from "./regions.ts";

export type DrawnPoint = {
  /** Milliseconds, in the order of the answers. */
  readonly at: number;
  /** The day of it, and the instant, for points that share their day. */
  readonly day: string;
  readonly instant: string;
  readonly figure: DrawnFigure;
  /** Lists of which this answer rests on a newer version than the one before it. */
  readonly renewed: readonly string[];
};

const LEFT = 16;
const FIELD = 640;
const TOP = 34;
const TALL = 200;
const STRIP = 18;

export type Placed = { readonly x: number; readonly y: number | null; readonly low: number; readonly high: number };

/** Where points stand; `y` is null for what was withheld, of which only the time is known. */
export function placedPoints(points: readonly DrawnPoint[]): readonly Placed[] {
  const reach = reachOf(points.map(({ figure }) => figure));
  const [first, last] = [points.at(0)?.at ?? 0, points.at(-1)?.at ?? 0];
  const heightOf = (value: number) => TOP + TALL - (Math.max(0, value) / reach) * TALL;
  return points.map(({ at, figure: { released, interval } }) => {
    const x = LEFT + (first === last ? FIELD / 2 : ((at - first) / (last - first)) * FIELD);
    if (released === undefined) return { x, y: null, low: TOP + TALL, high: TOP + TALL };
    const [low = released, high = released] = interval ?? [];
    return { x, y: heightOf(released), low: heightOf(low), high: heightOf(high) };
  });
}

/** Runs of points between which nothing was withheld: each is a line of its own. */
export function runsOf(placed: readonly Placed[]): readonly (readonly Placed[])[] {
  const runs: Placed[][] = [[]];
  for (const point of placed) {
    if (point.y === null) runs.push([]);
    else runs.at(-1)?.push(point);
  }
  return runs.filter((run) => run.length > 0);
}

/** The line. */
export function TrendPicture({ points }: { readonly points: readonly DrawnPoint[] }) {
  const placed = placedPoints(points);
  const width = LEFT * 2 + FIELD;
  const height = TOP + TALL + 48;
  const floor = TOP + TALL;
  return (
    <figure class="picture fitting">
      <svg viewBox={`0 0 ${width} ${height}`} width={width} role="img" aria-label="A line over time; figures below">
        <defs>
          <Hatch id="trend-hatch" />
        </defs>
        <line class="axis" x1={LEFT} x2={LEFT + FIELD} y1={floor} y2={floor} />
        {runsOf(placed).map((run) => (
          <Run run={run} />
        ))}
        {points.map((point, index) => (
          <Mark point={point} place={placed[index]} end={endOf(index, points.length)} />
        ))}
        {timesOf(points).map(({ end, says }) => (
          <text class={`bar-label ${end}`} x={pixels(ACROSS[end])} y={floor + 26}>
            {says}
          </text>
        ))}
      </svg>
      <figcaption>
        People whom the lists share, with the band of the 95 % interval. A dashed line marks an answer on a new version
        of a list. What is hatched was withheld, and has no height.
      </figcaption>
    </figure>
  );
}

function Run({ run }: { readonly run: readonly Placed[] }) {
  const across = (y: (point: Placed) => number, points = run) =>
    points.map((point) => `${pixels(point.x)} ${pixels(y(point))}`).join("L");
  const line = across(({ y }) => y ?? 0);
  const band = `M${across(({ high }) => high)}L${across(({ low }) => low, [...run].reverse())}Z`;
  return (
    <g>
      <path class="trend-band" d={band} />
      <path class="trend-line" d={`M${line}`} />
    </g>
  );
}

type End = "first" | "last" | "only";

// Only the ends have labels, so that none stand in each other; a label keeps within the picture.
function endOf(index: number, points: number): End | null {
  if (points === 1) return "only";
  if (index === 0) return "first";
  return index === points - 1 ? "last" : null;
}

const ACROSS = { first: LEFT, only: LEFT + FIELD / 2, last: LEFT + FIELD } as const;

/** When a trend begins and ends: by days, by instants where both are of one day, and once where they read alike. */
export function timesOf(points: readonly DrawnPoint[]): readonly { readonly end: End; readonly says: string }[] {
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (first === last) return [{ end: "only", says: first.day }];
  const [from, until] = first.day === last.day ? [first.instant, last.instant] : [first.day, last.day];
  if (from === until) return [{ end: "only", says: from }];
  return [
    { end: "first", says: from },
    { end: "last", says: until },
  ];
}

type MarkProps = { readonly point: DrawnPoint; readonly place: Placed | undefined; readonly end: End | null };

function Mark({ point, place, end }: MarkProps) {
  if (place === undefined) return null;
  const { x, y } = place;
  const { released, says } = point.figure;
  const floor = TOP + TALL;
  const label = released === undefined ? (says ?? "withheld").replace("fewer than ", "< ") : setFigure(released);
  return (
    <g>
      {point.renewed.length > 0 && <line class="renewed" x1={pixels(x)} x2={pixels(x)} y1={TOP - 6} y2={floor} />}
      {y === null ? (
        <rect
          class="withheld-bar"
          fill="url(#trend-hatch)"
          x={pixels(x - STRIP / 2)}
          y={floor - STRIP}
          width={STRIP}
          height={STRIP}
        />
      ) : (
        <circle class="dot in" cx={pixels(x)} cy={pixels(y)} r="5" />
      )}
      {end !== null && (
        <text class={`bar-label ${end}`} x={pixels(x)} y={pixels((y ?? floor - STRIP) - 12)}>
          {label}
        </text>
      )}
    </g>
  );
}
