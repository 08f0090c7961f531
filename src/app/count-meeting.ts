// The people whom parts of two exact answers have in common, counted by the matcher: cells of a table, or the shared
// and the others of an overlap. By one identifier, over two lists each, as the guard asks for nothing else.

import type { DatasetRef, IdentifierKind } from "../domain/dataset/schema.ts";
import { LIMITS } from "../domain/limits.ts";
import type { Meeting } from "../domain/privacy/table-differencing.ts";
import { cellCount } from "../domain/question/table.ts";
import type { ComparedList } from "../ports/matcher.ts";
import { countTable, type PlacedAxis } from "./compared-list.ts";
import type { Ports } from "./ports.ts";

/** An exact answer whose people are counted again: its lists, and the axes of a table; an overlap has none. */
export type Counted = {
  readonly lists: ReadonlyMap<DatasetRef, ComparedList>;
  readonly identifiers: readonly IdentifierKind[];
  readonly by: readonly Omit<PlacedAxis, "at">[];
  /** People behind any of its figures, at the least; null where that is not known any more. */
  readonly k: number | null;
};

type Both = { readonly asked: Counted; readonly given: Counted };
type Met = Omit<Meeting, "areSamePeople">;
type Matching = Pick<Ports, "matcher">;

/** How the parts of two answers meet among the people of one list. One of the answers at least is a table. */
export async function meetingOf(ports: Matching, { asked, given }: Both, list: DatasetRef): Promise<Met> {
  if (asked.by.length === 0) return turned(await tableMeetsOverlap(ports, { table: given, overlap: asked, list }));
  if (given.by.length === 0) return tableMeetsOverlap(ports, { table: asked, overlap: given, list });
  return tablesMeet(ports, { asked, given });
}

function turned({ asked, given, both }: Met): Met {
  return { asked: given, given: asked, both: given.people.map((_, at) => both.map((row) => numberAt(row, at))) };
}

async function tableMeetsOverlap(
  ports: Matching,
  { table, overlap, list }: { readonly table: Counted; readonly overlap: Counted; readonly list: DatasetRef },
): Promise<Met> {
  const theirs = listIn(overlap, list);
  const others = [...overlap.lists.values()].filter((one) => one !== theirs);
  const { sizes, regions } = await ports.matcher.overlap([theirs, ...others], overlap.identifiers);
  const cells = await peopleIn(ports, [table], []);
  const onList = await peopleIn(ports, [table], [theirs]);
  const shared = await peopleIn(ports, [table], [theirs, ...others]);
  const both = shared.map((people, cell) => [people, numberAt(onList, cell) - people]);
  const people = [numberAt(regions, 3), numberAt(sizes, 0) - numberAt(regions, 3)];
  const elsewhere = cells.map((count, cell) => count - numberAt(onList, cell));
  return {
    asked: { people: cells, elsewhere, k: table.k },
    given: { people, elsewhere: lessColumns(people, both), k: overlap.k },
    both,
  };
}

async function tablesMeet(ports: Matching, { asked, given }: Both): Promise<Met> {
  const [ours, theirs] = [await peopleIn(ports, [asked], []), await peopleIn(ports, [given], [])];
  const parts = (people: readonly number[], met: readonly number[], { k }: Counted) => {
    return { people, elsewhere: people.map((count, at) => count - numberAt(met, at)), k };
  };
  if (!canBeOneTable([...asked.by, ...given.by])) {
    const [ourMet, theirMet] = [
      await peopleIn(ports, [asked], [...given.lists.values()]),
      await peopleIn(ports, [given], [...asked.lists.values()]),
    ];
    return { asked: parts(ours, ourMet, asked), given: parts(theirs, theirMet, given), both: [] };
  }
  const joint = await peopleIn(ports, [asked, given], []);
  const width = theirs.length;
  const both = ours.map((_, row) => joint.slice(row * width, (row + 1) * width));
  const ourMet = both.map((row) => row.reduce((sum, people) => sum + people, 0));
  return {
    asked: parts(ours, ourMet, asked),
    given: { people: theirs, elsewhere: lessColumns(theirs, both), k: given.k },
    both,
  };
}

function canBeOneTable(axes: Counted["by"]): boolean {
  const counted = axes.reduce((cells, { values }) => cells * (values.length + 1), 1);
  const isSmall = Math.max(counted, cellCount(axes)) <= LIMITS.comparedCells;
  return axes.length <= LIMITS.crosstabAttributes && isSmall;
}

/** By the axes of these tables in turn, the people who are on all of their lists and on the others. */
async function peopleIn(
  ports: Matching,
  tables: readonly Counted[],
  others: readonly ComparedList[],
): Promise<readonly number[]> {
  const [first] = tables;
  if (first === undefined) throw new Error("people are counted by a table");
  // One list once: who is on it is on it.
  const all = [...tables.flatMap((table) => [...table.lists.values()]), ...others];
  const lists = new Map(all.map((list) => [nameOf(list), list]));
  const places = [...lists.keys()];
  const by = tables.flatMap((table) =>
    table.by.map((axis) => ({ ...axis, at: places.indexOf(nameOf(listIn(table, axis.dataset))) })),
  );
  const counting = { lists: [...lists.values()], identifiers: first.identifiers, by, measure: null };
  return (await countTable(ports, counting)).people;
}

function listIn({ lists }: Counted, list: DatasetRef): ComparedList {
  const found = lists.get(list);
  if (found === undefined) throw new Error("an answer is not about a list that it is compared by");
  return found;
}

function nameOf({ segment, consents, where, still }: ComparedList): string {
  return JSON.stringify([segment, consents, where, still?.segment]);
}

function lessColumns(people: readonly number[], both: readonly (readonly number[])[]): readonly number[] {
  return people.map((count, at) => both.reduce((left, row) => left - numberAt(row, at), count));
}

function numberAt(counts: readonly number[], at: number): number {
  const count = counts[at];
  if (count === undefined) throw new Error("a part of an answer was not counted");
  return count;
}
