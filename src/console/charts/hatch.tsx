// The hatch that stands for whatever was withheld, and what all pictures share.

/** The pattern's definition. @param id unique on the page */
export function Hatch({ id }: { readonly id: string }) {
  return (
    <pattern id={id} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect class="hatch-ground" width="7" height="7" />
      <line class="hatch-line" x1="0" y1="0" x2="0" y2="7" />
    </pattern>
  );
}

/** A coordinate as SVG needs it: two places are a hundredth of a pixel. */
export function pixels(value: number): string {
  return String(Math.round(value * 100) / 100);
}
