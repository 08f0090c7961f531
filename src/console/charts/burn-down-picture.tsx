// The picture of a budget: what is left, step by step, one period back and one ahead.

import { isoInstant, unixMillis } from "../../domain/instant.ts";
import { useReader } from "../reader.ts";
import type { Step } from "./burn-down.ts";
import { pixels } from "./hatch.tsx";

const WIDTH = 640;
const TALL = 140;
const TOP = 16;
const LEFT = 68;
const FOOT = 36;

type Props = { readonly steps: readonly Step[]; readonly now: number; readonly of: string };

/** Past steps as a filled line, those to come dashed. The table beside says the same. */
export function BurnDownPicture({ steps, now, of }: Props) {
  const [from, until] = [steps[0]?.at ?? now, steps.at(-1)?.at ?? now];
  const x = (at: number) => LEFT + ((at - from) / Math.max(1, until - from)) * (WIDTH - LEFT - 8);
  const y = (left: number) => TOP + (1 - left) * TALL;
  const past = steps.filter(({ at }) => at <= now);
  const atNow = past.at(-1)?.left ?? 1;
  const ahead = [{ at: now, left: atNow }, ...steps.filter(({ at }) => at > now)];
  const line = (part: readonly Step[]) =>
    part
      .map(({ at, left }, index) =>
        index === 0 ? `M${pixels(x(at))} ${pixels(y(left))}` : `H${pixels(x(at))}V${pixels(y(left))}`,
      )
      .join("");
  const done = `${line(past)}H${pixels(x(now))}`;
  return (
    <figure class="picture burn-down">
      <svg viewBox={`0 0 ${WIDTH} ${TOP + TALL + FOOT}`} role="img" aria-label={`${of}: ${percent(atNow)} left now`}>
        {[0, 0.5, 1].map((left) => (
          <>
            <line class="grid" x1={LEFT} x2={WIDTH - 8} y1={pixels(y(left))} y2={pixels(y(left))} />
            <text class="axis-label" x={LEFT - 8} y={pixels(y(left) + 6)} text-anchor="end">
              {percent(left)}
            </text>
          </>
        ))}
        <path class="left-area" d={`${done}V${pixels(y(0))}H${pixels(x(from))}Z`} />
        <path class="left-line" d={done} />
        <path class="left-line ahead" d={line(ahead)} />
        <line class="now" x1={pixels(x(now))} x2={pixels(x(now))} y1={TOP} y2={TOP + TALL} />
        <text class="axis-label" x={LEFT} y={TOP + TALL + 26}>
          {dayOf(from)}
        </text>
        <text class="axis-label" x={pixels(x(now))} y={TOP + TALL + 26} text-anchor="middle">
          now
        </text>
        <text class="axis-label" x={WIDTH - 8} y={TOP + TALL + 26} text-anchor="end">
          {dayOf(until)}
        </text>
      </svg>
      <figcaption>
        What is left of the budget. Each answer takes its part and gives it back a period later; dashed is what comes if
        nothing more is asked.
      </figcaption>
    </figure>
  );
}

/** A share as the reader of the page has it. */
export function percent(left: number): string {
  const tenths = Math.floor(left * 1_000);
  return useReader().percent(tenths / 1_000, tenths % 10 === 0 ? 0 : 1);
}

function dayOf(at: number): string {
  return useReader().date(isoInstant(unixMillis(Math.max(0, Math.round(at)))).slice(0, 10));
}
