// Contact caps in a room of attacks: whom audiences reached, and who rests for it. Whom an audience reaches depends on
// who is on the owner's list, which is what an attacker does not know, so contacts are worked out anew for a list.

import type { DatasetRef } from "../dataset/schema.ts";
import { DAY_MILLIS, type UnixMillis } from "../instant.ts";
import type { ContactLimit } from "../policy/terms.ts";
import type { CrowdList } from "./crowds.ts";

/** An audience that was given, and whom of a list it would reach. */
export type Contact = {
  readonly list: DatasetRef;
  readonly at: UnixMillis;
  readonly reaches: (crowds: CrowdList) => ReadonlySet<string>;
};

/** Whom of another's list one's own people reach: whoever shares an identifier with one of them, in whosever place. */
export function reachedOn(other: CrowdList, own: CrowdList, identifiers: number): ReadonlySet<string> {
  const aliases = new Set(identifiers < 2 ? [] : [...own.values()].flatMap(({ alias }) => alias ?? []));
  const names = [...other].flatMap(([name, { alias }]) =>
    own.has(name) || (alias !== undefined && aliases.has(alias)) ? [name] : [],
  );
  return new Set(names);
}

type Resting = {
  readonly list: DatasetRef;
  readonly caps: readonly ContactLimit[] | undefined;
  readonly now: UnixMillis;
};

/**
 * A list without those who were reached as often as caps let anybody be, had it been this list all along. An audience
 * reaches nobody who rests. O(audiences² × crowds).
 */
export function withoutResting(
  crowds: CrowdList,
  contacts: readonly Contact[],
  { list, caps, now }: Resting,
): CrowdList {
  if (caps === undefined) return crowds;
  const reached: { readonly at: UnixMillis; readonly names: ReadonlySet<string> }[] = [];
  const awakeAt = (instant: UnixMillis): CrowdList => {
    const isResting = (name: string): boolean =>
      caps.some(({ count, periodDays }) => {
        const within = reached.filter(({ at }) => instant - at < periodDays * DAY_MILLIS);
        return within.filter(({ names }) => names.has(name)).length >= count;
      });
    return new Map([...crowds].filter(([name]) => !isResting(name)));
  };
  for (const { list: of, at, reaches } of contacts) if (of === list) reached.push({ at, names: reaches(awakeAt(at)) });
  return awakeAt(now);
}
