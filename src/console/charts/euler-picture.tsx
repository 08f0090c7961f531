// The Euler diagram as a picture: circles in the members' colours, a figure in every region that has room for it and
// beside it otherwise, what was withheld hatched.

import { setFigure } from "../reader.ts";
import { type Circle, eulerLayout } from "./euler.ts";
import { Hatch, pixels } from "./hatch.tsx";
import { fitted, type Place, roomiest } from "./placing.ts";
import { type DrawnOverlap, type DrawnRegion, eulerFigures } from "./regions.ts";

const FRAME = { width: 560, height: 340, margin: 12 };
const LABELS = { x: 470, lineHeight: 26, characterWidth: 8.4 };

/** The picture of two or three lists. Its words stand in the table beside it. */
export function EulerPicture({ overlap }: { readonly overlap: DrawnOverlap }) {
  const layout = eulerLayout(eulerFigures(overlap));
  // Labels that find no room stand on the right, so the circles keep clear of that side.
  const circles = fitted(layout.circles, { ...FRAME, width: FRAME.width - 90 });
  const placed = overlap.regions.flatMap((region) => place(overlap, circles, region) ?? []);
  const outside = placed.filter(({ fits }) => !fits).sort((one, other) => one.at.y - other.at.y);
  const names = overlap.lists.map(({ name }) => name).join(", ");
  return (
    <figure class="picture">
      <svg viewBox={`0 0 ${FRAME.width} ${FRAME.height}`} role="img" aria-label={`Circles of ${names}; figures below`}>
        <defs>
          <Hatch id="euler-hatch" />
          {circles.map((circle, index) => (
            <>
              <clipPath id={`euler-in-${index}`}>
                <Ring circle={circle} />
              </clipPath>
              <mask id={`euler-out-${index}`}>
                <rect width={FRAME.width} height={FRAME.height} fill="white" />
                <Ring circle={circle} fill="black" />
              </mask>
            </>
          ))}
        </defs>
        {circles.map((circle, index) => (
          <Ring circle={circle} class={`circle colour-${overlap.lists[index]?.colour ?? 0}`} />
        ))}
        {placed.filter(isWithheld).map(({ inside }) => (
          <HatchedRegion inside={inside} />
        ))}
        {circles.map((circle, index) => (
          <Ring circle={circle} class={edgeOf(overlap, index)} />
        ))}
        {placed
          .filter(({ fits }) => fits)
          .map((one) => (
            <text class="figure-label" x={pixels(one.at.x)} y={pixels(one.at.y + 5)}>
              {one.text}
            </text>
          ))}
        {outside.map((one, index) => (
          <OutsideLabel placed={one} y={labelHeight(index, outside.length)} />
        ))}
      </svg>
      <figcaption>{captionOf(layout.isToScale, placed.some(isWithheld))}</figcaption>
    </figure>
  );
}

type Placed = {
  readonly region: DrawnRegion;
  readonly inside: readonly boolean[];
  readonly at: Place;
  readonly text: string;
  readonly fits: boolean;
};

function place({ lists }: DrawnOverlap, circles: readonly Circle[], region: DrawnRegion): Placed | null {
  const inside = lists.map(({ ref }) => region.members.includes(ref));
  const spot = roomiest(circles, inside);
  if (spot === null) return null;
  const text = labelOf(region);
  return { region, inside, at: spot, text, fits: spot.room >= Math.max(13, (text.length * LABELS.characterWidth) / 2) };
}

function labelOf({ figure: { released, says } }: DrawnRegion): string {
  return released === undefined ? (says ?? "withheld").replace("fewer than ", "< ") : setFigure(released);
}

function isWithheld({ region }: Placed): boolean {
  return region.figure.released === undefined;
}

function Ring({ circle, ...rest }: { readonly circle: Circle; readonly class?: string; readonly fill?: string }) {
  return <circle cx={pixels(circle.x)} cy={pixels(circle.y)} r={pixels(circle.r)} {...rest} />;
}

// A region is what lies in all of its circles and in none of the others: clips within clips, then masks.
function HatchedRegion({ inside }: { readonly inside: readonly boolean[] }) {
  const whole = <rect width={FRAME.width} height={FRAME.height} fill="url(#euler-hatch)" />;
  return inside.reduce(
    (inner, isIn, index) =>
      isIn ? <g clip-path={`url(#euler-in-${index})`}>{inner}</g> : <g mask={`url(#euler-out-${index})`}>{inner}</g>,
    whole,
  );
}

function OutsideLabel({ placed, y }: { readonly placed: Placed; readonly y: number }) {
  return (
    <g>
      <polyline
        class="leader"
        points={`${pixels(placed.at.x)},${pixels(placed.at.y)} ${LABELS.x - 14},${y} ${LABELS.x - 6},${y}`}
      />
      <circle class="leader-foot" cx={pixels(placed.at.x)} cy={pixels(placed.at.y)} r="2.5" />
      <text class="figure-label outside" x={LABELS.x} y={y + 5}>
        {placed.text}
      </text>
    </g>
  );
}

function labelHeight(index: number, all: number): number {
  return FRAME.height / 2 + (index - (all - 1) / 2) * LABELS.lineHeight;
}

function edgeOf({ lists }: DrawnOverlap, index: number): string {
  const list = lists[index];
  const isSized = list?.size.released !== undefined;
  return `edge edge-${list?.colour ?? 0}${isSized ? "" : " unsized"}`;
}

function captionOf(isToScale: boolean, hasHatch: boolean): string {
  const scale = isToScale
    ? "Areas of circles, and of what two of them share, are in proportion to the figures."
    : "Areas of circles are in proportion to the figures; no three circles can show these overlaps to scale.";
  return hasHatch ? `${scale} What is hatched was withheld and is not drawn to scale.` : scale;
}
