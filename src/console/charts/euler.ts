// The geometry of an Euler diagram of two or three lists: circles whose areas are the lists' sizes and whose lenses are
// what two lists share, as far as circles can be so. A pure function of figures that were released: what was withheld
// is null here and takes no part, so its place in the picture is the same whatever it was.

/** What is known of some lists. `pairs` has what each two of them share, in all; null where it was withheld. */
export type EulerFigures = {
  readonly sizes: readonly (number | null)[];
  readonly pairs: readonly Pair[];
};
type Pair = { readonly left: number; readonly right: number; readonly people: number | null };

export type Circle = { readonly x: number; readonly y: number; readonly r: number };

export type EulerLayout = {
  /** In the order of the sizes. Areas are in people: π·r² is the size. */
  readonly circles: readonly Circle[];
  /** Whether every lens has the area of what it stands for; three circles cannot always. */
  readonly isToScale: boolean;
};

/** How deep two circles reach into each other whose lens was withheld: a part of the smaller radius, by convention. */
export const WITHHELD_DEPTH = 0.35;

/** Lays out two or three circles. Constant time. */
export function eulerLayout(figures: EulerFigures): EulerLayout {
  const radii = radiiOf(figures.sizes);
  const between = (left: number, right: number) => distanceOf(figures, radii, [left, right]);
  const [first = 1, second = 1, third] = radii;
  if (third === undefined) {
    const apart = between(0, 1);
    return {
      circles: [
        { x: 0, y: 0, r: first },
        { x: apart, y: 0, r: second },
      ],
      isToScale: true,
    };
  }
  return triangle([first, second, third], [between(0, 1), between(0, 2), between(1, 2)]);
}

/** The area that two circles share, their centres so far apart. */
export function lensArea(left: number, right: number, apart: number): number {
  if (apart >= left + right) return 0;
  const small = Math.min(left, right);
  if (apart <= Math.abs(left - right)) return Math.PI * small * small;
  const half = (one: number, other: number) => {
    const cosine = (apart * apart + one * one - other * other) / (2 * apart * one);
    return one * one * Math.acos(Math.max(-1, Math.min(1, cosine)));
  };
  const kite = (left + right - apart) * (apart + left - right) * (apart - left + right) * (apart + left + right);
  return half(left, right) + half(right, left) - 0.5 * Math.sqrt(Math.max(0, kite));
}

// A size that was withheld is drawn as large as the others are in the middle: its radius says nothing.
function radiiOf(sizes: EulerFigures["sizes"]): number[] {
  const known = sizes.filter((size) => size !== null).map((size) => Math.sqrt(Math.max(1, size) / Math.PI));
  const stand = known.length === 0 ? 1 : known.reduce((sum, one) => sum + one) / known.length;
  return sizes.map((size) => (size === null ? stand : Math.sqrt(Math.max(1, size) / Math.PI)));
}

function distanceOf(
  { sizes, pairs }: EulerFigures,
  radii: readonly number[],
  [left, right]: readonly [number, number],
): number {
  const [one = 1, other = 1] = [radii[left], radii[right]];
  const people = pairs.find((pair) => pair.left === left && pair.right === right)?.people ?? null;
  // A lens can be measured against two circles that are measured themselves, and against no other.
  const isMeasured = people !== null && sizes[left] !== null && sizes[right] !== null;
  if (!isMeasured) return one + other - WITHHELD_DEPTH * Math.min(one, other);
  return distanceFor(one, other, people);
}

// The lens shrinks as the centres move apart, so the distance is found by halving.
function distanceFor(left: number, right: number, area: number): number {
  let [near, far] = [Math.abs(left - right), left + right];
  for (let step = 0; step < 60; step++) {
    const middle = (near + far) / 2;
    if (lensArea(left, right, middle) > area) near = middle;
    else far = middle;
  }
  return (near + far) / 2;
}

type Three = readonly [number, number, number];

// Where the sides make no triangle, the longest is cut to what the others reach, and the picture is not to scale.
function triangle([first, second, third]: Three, [wide, left, right]: Three): EulerLayout {
  const sides = [wide, left, right].sort((one, other) => other - one);
  const [longest = 0, ...rest] = sides;
  const reach = rest.reduce((sum, side) => sum + side, 0);
  const isToScale = longest <= reach;
  const cut = (side: number) => (isToScale || side !== longest ? side : reach);
  const [base, toLeft, toRight] = [cut(wide), cut(left), cut(right)];
  const x = base === 0 ? 0 : (base * base + toLeft * toLeft - toRight * toRight) / (2 * base);
  const y = Math.sqrt(Math.max(0, toLeft * toLeft - x * x));
  return {
    circles: [
      { x: 0, y: 0, r: first },
      { x: base, y: 0, r: second },
      { x, y, r: third },
    ],
    isToScale,
  };
}
