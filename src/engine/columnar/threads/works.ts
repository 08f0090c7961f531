// The kinds of work that threads do. A work is begun once on each thread that takes part, with settings that can be
// sent to it, and then does piece after piece.

import { beginCalling } from "../calling.ts";
import { beginEverywhere } from "../everywhere.ts";
import { beginLoading } from "../loading.ts";
import { beginMatching } from "../matching.ts";
import { beginMerging } from "../merging.ts";
import { beginMergingTables } from "../merging-tables.ts";
import { beginPlacing } from "../placing.ts";
import { beginReading } from "../reading.ts";
import { beginRegions } from "../regions.ts";
import { beginSameNumbers } from "../same-numbers.ts";
import { beginSameRecords } from "../same-records.ts";
import { beginSections } from "../section.ts";
import { beginSpelling } from "../spelling.ts";
import { beginTables } from "../table.ts";
import type { Thread } from "./thread.ts";

/** What a piece of work came to, and the buffers in it that its sender does not need again. */
export type Done = { readonly outcome: unknown; readonly transfer?: readonly ArrayBuffer[] };

const WORKS = {
  read: beginReading,
  place: beginPlacing,
  records: beginSameRecords,
  "same numbers": beginSameNumbers,
  spell: beginSpelling,
  sections: beginSections,
  tables: beginTables,
  merge: beginMerging,
  "merge tables": beginMergingTables,
  load: beginLoading,
  match: beginMatching,
  regions: beginRegions,
  everywhere: beginEverywhere,
  call: beginCalling,
} as const;

export type WorkName = keyof typeof WORKS;
export type SettingsOf<Name extends WorkName> = Parameters<(typeof WORKS)[Name]>[1];
export type PieceOf<Name extends WorkName> = Parameters<ReturnType<(typeof WORKS)[Name]>>[0];
export type OutcomeOf<Name extends WorkName> = ReturnType<ReturnType<(typeof WORKS)[Name]>>["outcome"];

/** Begins a work of any kind; the settings and pieces are those of its kind. */
export function begin(thread: Thread, name: WorkName, settings: unknown): (piece: unknown) => Done {
  // SAFETY: settings and pieces come from `Crew`, whose types tie them to the name.
  const start = WORKS[name] as (thread: Thread, settings: unknown) => (piece: unknown) => Done;
  return start(thread, settings);
}
