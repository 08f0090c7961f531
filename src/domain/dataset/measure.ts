// A measure as a cell spells it: a decimal number of the schema's scale, read from bytes into a whole number of its
// smallest units. Everything on the way is an integer; no number is ever a string or a fraction.

/** Stands for a row without the measure: an empty cell. */
export const NO_MEASURE = -2_147_483_648;
/** Answered for a cell that is no number of the scale; outside of what four bytes hold. */
export const MALFORMED_MEASURE = 2_147_483_648;

const GREATEST = 2_147_483_647;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;

/**
 * Reads the cell `from`..`to`: digits, with a minus in front or not, and at most `scale` more behind a point. The
 * value lies within ±2,147,483,647 units of 10^-scale. No exponent, no plus, no separators, no point without digits
 * beside it.
 * @returns units of 10^-scale, `NO_MEASURE` for an empty cell, or `MALFORMED_MEASURE`. O(length), no allocation.
 */
export function readMeasure(view: DataView, { from, to }: { from: number; to: number }, scale: number): number {
  if (to === from) return NO_MEASURE;
  const isNegative = view.getUint8(from) === MINUS;
  let units = 0;
  let whole = 0;
  let fraction = -1;
  for (let at = isNegative ? from + 1 : from; at < to; at++) {
    const byte = view.getUint8(at);
    if (byte === POINT && fraction < 0 && whole > 0) {
      fraction = 0;
      continue;
    }
    if (byte < ZERO || byte > NINE) return MALFORMED_MEASURE;
    units = units * 10 + (byte - ZERO);
    if (units > GREATEST) return MALFORMED_MEASURE;
    if (fraction < 0) whole++;
    else fraction++;
  }
  if (whole === 0 || fraction === 0 || fraction > scale) return MALFORMED_MEASURE;
  for (let missing = scale - Math.max(fraction, 0); missing > 0; missing--) units *= 10;
  if (units > GREATEST) return MALFORMED_MEASURE;
  return isNegative && units > 0 ? -units : units;
}
