// Where things stand in a picture: circles fitted into a frame, and the place of a region where a label has most room.

import type { Circle } from "./euler.ts";

export type Frame = { readonly width: number; readonly height: number; readonly margin: number };

/** Circles scaled and moved so that they fill a frame, all by the same factor. */
export function fitted(circles: readonly Circle[], { width, height, margin }: Frame): Circle[] {
  const left = Math.min(...circles.map(({ x, r }) => x - r));
  const right = Math.max(...circles.map(({ x, r }) => x + r));
  const top = Math.min(...circles.map(({ y, r }) => y - r));
  const bottom = Math.max(...circles.map(({ y, r }) => y + r));
  const scale = Math.min((width - 2 * margin) / (right - left), (height - 2 * margin) / (bottom - top));
  const [middleX, middleY] = [(left + right) / 2, (top + bottom) / 2];
  return circles.map(({ x, y, r }) => ({
    x: width / 2 + (x - middleX) * scale,
    y: height / 2 + (y - middleY) * scale,
    r: r * scale,
  }));
}

export type Place = { readonly x: number; readonly y: number; readonly room: number };

const STEPS = 48;

/**
 * The point of a region that is farthest from its edges, and how far that is; null where circles leave it no place.
 * Looks at a grid of STEPS² points over the first circle inside which it lies.
 * @param inside  by circle, whether the region lies in it
 */
export function roomiest(circles: readonly Circle[], inside: readonly boolean[]): Place | null {
  const around = circles.find((_, index) => inside[index] === true);
  if (around === undefined) return null;
  let best: Place | null = null;
  for (let step = 0; step <= STEPS * STEPS; step++) {
    const x = around.x + around.r * ((2 * (step % STEPS)) / STEPS - 1);
    const y = around.y + around.r * ((2 * Math.floor(step / STEPS)) / STEPS - 1);
    const room = clearance(circles, inside, { x, y });
    if (room > 0 && (best === null || room > best.room)) best = { x, y, room };
  }
  return best;
}

function clearance(
  circles: readonly Circle[],
  inside: readonly boolean[],
  { x, y }: { readonly x: number; readonly y: number },
): number {
  const distances = circles.map((circle, index) => {
    const depth = circle.r - Math.hypot(x - circle.x, y - circle.y);
    return inside[index] === true ? depth : -depth;
  });
  return Math.min(...distances);
}
