// The form of staged references that are numbers. Frames say each for itself how theirs are spelt; where all of them
// fit one form, a list is sealed from numbers, and no text is made of them.

import { type FoundNumbers, NINE, type NumberForm } from "./record-text.ts";

/** How a frame's references are spelt, and between which they lie. */
export type FrameNumbers = FoundNumbers & { readonly least: number; readonly most: number };

/** Bytes of the longest prefix that a frame's entry holds. */
export const MOST_PREFIX_BYTES = 16;

/** Whether references are kept as one word each. */
export function fitsWords({ prefix, longest }: FoundNumbers): boolean {
  return longest <= NINE && prefix.length <= MOST_PREFIX_BYTES;
}

/** How all references of a list are spelt, and between which they lie. */
export type ListNumbers = NumberForm & { readonly least: number; readonly most: number };

/** The form that fits all frames; null where there is none. */
export function formOfAll(frames: readonly (FrameNumbers | null)[]): ListNumbers | null {
  const [first] = frames;
  if (first === undefined || first === null) return null;
  let [least, most, arePlain, areAlike] = [first.least, first.most, true, first.digits > 0];
  for (const frame of frames) {
    if (frame === null || Buffer.compare(frame.prefix, first.prefix) !== 0) return null;
    least = Math.min(least, frame.least);
    most = Math.max(most, frame.most);
    arePlain &&= frame.isPlain;
    areAlike &&= frame.digits === first.digits;
  }
  if (!arePlain && !areAlike) return null;
  return { prefix: first.prefix, fixed: areAlike ? first.digits : 0, least, most };
}
