// An answer of the room of attacks in words: the figures that it told, and how many it withheld.

import { figure } from "../policy/words.ts";
import type { Door } from "./doors.ts";
import type { Event } from "./model-room.ts";
import type { Probe } from "./probe.ts";
import type { Told } from "./told.ts";

type Asked = Extract<Event, { kind: "asked" }>;

/** Cells of a table that are told; of more, how many there are. */
const CELLS = 6;

/** What came back. */
export function replyInWords({ reply, door }: Asked): string {
  if (reply.kind === "refused") return `refused: ${reply.says}`;
  const told = figuresInWords(door, reply.told);
  return reply.isRepeated ? `${told}, as before, for nothing` : told;
}

/** In what other words it was asked, if in any. */
export function wordingOf({ isReversed, isTwin, epsilon }: Probe): string {
  const words = [
    ...(isReversed ? ["lists the other way round"] : []),
    ...(isTwin ? ["an overlap for a trend or the other way round"] : []),
    ...(epsilon === null ? [] : ["the price spelt out"]),
  ];
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}

function figuresInWords(door: Door, told: readonly Told[]): string {
  const { analysis, floor, others, terms } = door;
  switch (analysis) {
    case "audience":
    case "suppression":
      return terms.deniability === null ? `a list of ${figureOr(told[0], floor)}` : entriesInWords(told);
    case "overlap":
    case "trend": {
      const lists = [door.own, door.theirs, ...others].sort();
      const all = figureOr(told[lists.indexOf(door.theirs)], floor);
      return `${figureOr(told.at(-1), floor)} shared, ${all} in all`;
    }
    case "crosstab":
    case "affinity": {
      const cells = told.slice(0, CELLS).map((one) => figureOr(one, floor));
      const more = told.length - cells.length;
      return `cells of ${cells.join(", ")}${more === 0 ? "" : ` and ${figure(more)} figures more`}`;
    }
    default:
      return analysis satisfies never;
  }
}

// Of a deniable list it is told who is named of the people that the attacker looks for.
function entriesInWords(told: readonly Told[]): string {
  if (told.includes(null)) return "no list";
  const named = told.filter((entry) => entry === 1).length;
  return `a deniable list that names ${named} of the ${told.length} looked for`;
}

function figureOr(value: Told | undefined, floor: number): string {
  return value === null || value === undefined ? `“fewer than ${figure(floor)}”` : figure(value);
}
