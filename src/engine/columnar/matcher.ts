// The columnar matcher: lists in sealed files of one machine, compared in memory. Its design, and what it costs, is
// told in ../README.md.

import type { ComparedList, Contacts, Matcher, Selection } from "../../ports/matcher.ts";
import { absentFrom, contactedBy, type RecordsOfList } from "./contacts.ts";
import { crossTabOf } from "./cross-tab.ts";
import { driftOf } from "./drift.ts";
import type { Two } from "./matched.ts";
import { overlapOfMany, overlapOfTwo } from "./questions.ts";
import { type Party, partyOf, wholeList } from "./rooms.ts";
import { type ColumnarOptions, type SealedLists, sealedLists } from "./sealed-lists.ts";
import { differenceOf, selectRecords } from "./selection.ts";
import type { Stay } from "./shelf.ts";

export function columnarMatcher(options: ColumnarOptions): Matcher {
  const lists = sealedLists(options);
  return { ...lists.keeping, ...questionsTo(lists) };
}

type Questions = Pick<Matcher, "overlap" | "crossTab" | "select" | "difference" | "drift">;

function questionsTo(lists: SealedLists): Questions {
  const { engine, about } = lists;
  const { partiesOf, twoOf } = partiesFor(lists);
  const records = async (stay: Stay, selection: Selection) => {
    const two = await twoOf(stay, selection);
    return (await selectRecords(engine, stay, { two, maximum: Number.MAX_SAFE_INTEGER })).records;
  };
  return {
    drift: (before, after) =>
      about([before, after].map(wholeList), async (stay) => {
        const [left, right] = await partiesOf(stay, [before, after].map(wholeList));
        if (left === undefined || right === undefined) throw new Error("two versions are compared");
        return driftOf(engine, stay, { left, right });
      }),
    overlap: (asked, identifiers) =>
      about(asked, async (stay) => {
        const parties = await partiesOf(stay, asked);
        const [left, right] = parties;
        const [kind] = identifiers;
        if (left === undefined || right === undefined || kind === undefined) throw new Error("nothing to compare");
        if (parties.length === 2) return overlapOfTwo(engine, stay, { left, right, identifiers });
        if (identifiers.length > 1) throw new Error("three lists or more are compared by one identifier");
        return overlapOfMany(engine, stay, { parties, kind });
      }),
    crossTab: (query) =>
      about(query.lists, async (stay) => {
        const parties = await partiesOf(stay, query.lists);
        return crossTabOf(engine, stay, { ...query, parties });
      }),
    select: ({ maximum, coin, ...selection }) =>
      about([selection.own, selection.other], async (stay) =>
        selectRecords(engine, stay, { two: await twoOf(stay, selection), coin, maximum }),
      ),
    difference: (left, right) =>
      about([left.own, left.other, right.own, right.other], async (stay) =>
        differenceOf(await records(stay, left), await records(stay, right)),
      ),
  };
}

/** Finds the lists that a question names; they stay open as long as it does. */
function partiesFor({ engine, versionOf }: SealedLists) {
  const party = async (stay: Stay, list: ComparedList): Promise<Party> => {
    const version = await versionOf(stay, list);
    const recordsOfList = (contacts: Contacts) => contactedIn(stay, contacts);
    const partyOfList = (other: ComparedList) => party(stay, other);
    const absentRows = () => absentFrom(engine, stay, { version, list, partyOfList, recordsOfList });
    return partyOf(engine, stay, { version, list, absentRows });
  };
  // A list that several later ones counted is made again once a question.
  const contacted = new WeakMap<Stay, Map<string, ReturnType<RecordsOfList>>>();
  const contactedIn = async (stay: Stay, contacts: Contacts): Promise<readonly string[]> => {
    const known = contacted.get(stay) ?? new Map<string, ReturnType<RecordsOfList>>();
    contacted.set(stay, known);
    const key = `${contacts.name} ${contacts.own.segment}`;
    const made = known.get(key) ?? twoOf(stay, contacts).then((two) => contactedBy(engine, stay, { two, contacts }));
    known.set(key, made);
    return made;
  };
  const partiesOf = async (stay: Stay, lists: readonly ComparedList[]) => {
    const parties: Party[] = [];
    for (const list of lists) parties.push(await party(stay, list));
    return parties;
  };
  const twoOf = async (stay: Stay, { own, other, identifiers }: Selection): Promise<Two> => ({
    left: await party(stay, own),
    right: await party(stay, other),
    identifiers,
  });
  return { partiesOf, twoOf };
}
