// A gate in a room's matcher, for races: the next overlap or selection is computed, and what it found is held back
// until the test has done what must happen between the first decision and the last.

import type { World } from "./world.ts";

/** Holds back what the next call finds. `reached` settles when it is there; `open` lets it go. */
export function gateMatcher(
  { room }: World,
  work: "overlap" | "select" = "overlap",
): { readonly reached: Promise<void>; readonly open: () => void } {
  const { matcher } = room.ports;
  const { overlap, select } = matcher;
  const [reached, opened] = [signal(), signal()];
  const gated =
    <Asked extends readonly unknown[], Found>(find: (...asked: Asked) => Promise<Found>) =>
    async (...asked: Asked): Promise<Found> => {
      Object.assign(matcher, { overlap, select });
      const found = await find(...asked);
      reached.give();
      await opened.given;
      return found;
    };
  Object.assign(matcher, work === "overlap" ? { overlap: gated(overlap) } : { select: gated(select) });
  return { reached: reached.given, open: opened.give };
}

function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
