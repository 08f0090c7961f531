// One question: the lists that it names are brought into the tables where they are not there, and asked in one
// snapshot.

import type { Contacts } from "../../ports/matcher.ts";
import type { RecordsOfList } from "../columnar/contacts.ts";
import { everyListOf, type Listed } from "../columnar/rooms.ts";
import type { SealedLists } from "../columnar/sealed-lists.ts";
import type { Stay } from "../columnar/shelf.ts";
import type { Version } from "../columnar/version.ts";
import type { Asking, Party } from "./party.ts";
import { contactedInTables, roomInTables } from "./rooms.ts";
import { type Shuffle, shuffleOf } from "./said.ts";
import type { Standing, StandingVersions } from "./standing.ts";
import type { Statements, TokenDatabase } from "./token-database.ts";

export type Tables = {
  readonly lists: SealedLists;
  readonly versions: StandingVersions;
  readonly database: TokenDatabase;
};

/** How often a version is brought in again that a node lost meanwhile. */
const ATTEMPTS = 3;

/** Answers a question in one snapshot in which all of its lists are whole. */
export async function askLists<Value>(
  { lists, versions, database }: Tables,
  asked: readonly Listed[],
  work: (asking: Asking) => Promise<Value>,
): Promise<Value> {
  return lists.about(asked, async (stay) => {
    const wanted = new Map<string, Listed & { readonly version: Version }>();
    for (const list of everyListOf(asked))
      wanted.set(list.segment, { ...list, version: await lists.versionOf(stay, list) });
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const numbers = await versions.bringIn(stay, [...wanted.values()]);
      const outcome = await database.reading(async (tx) => {
        const standing = await versions.inTables(tx, numbers, [...wanted.values()]);
        return standing === null ? null : { value: await work(askingOf({ tx, stay, lists, standing })) };
      });
      if (outcome !== null) return outcome.value;
    }
    throw new Error("the token tables lose what is brought into them");
  });
}

type Making = {
  readonly tx: Statements;
  readonly stay: Stay;
  readonly lists: SealedLists;
  readonly standing: ReadonlyMap<string, Standing>;
};

function askingOf(making: Making): Asking {
  const { tx, stay, lists, standing } = making;
  const contacted = new Map<string, ReturnType<RecordsOfList>>();
  const asking: Asking = {
    tx,
    stay,
    party: async (list) => {
      const version = await lists.versionOf(stay, list);
      const stands = standing.get(list.segment);
      if (stands === undefined) throw new Error("a list is not one of the question's");
      const own = { version, standing: stands, shuffle: shufflesOf(list.dataKey) };
      return { ...own, room: await roomInTables(asking, { list, own, recordsOfList }) };
    },
  };
  // A list that several later ones counted is made again once a question.
  const recordsOfList: RecordsOfList = (contacts: Contacts) => {
    const key = `${contacts.name} ${contacts.own.segment}`;
    const made = contacted.get(key) ?? contactedInTables(asking, contacts);
    contacted.set(key, made);
    return made;
  };
  return asking;
}

function shufflesOf(dataKey: Uint8Array): Party["shuffle"] {
  const known = new Map<string, Shuffle>();
  return (attribute) => {
    const shuffle = known.get(attribute.name) ?? shuffleOf(dataKey, attribute);
    known.set(attribute.name, shuffle);
    return shuffle;
  };
}
