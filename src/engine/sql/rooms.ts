// Who of a list is in the room of a question. What a list says of itself (consents, values) narrows it where its rows
// are; what other lists say of it becomes a bitmap of its people, which goes there with the question.

import { IDENTIFIER_KINDS } from "../../domain/dataset/schema.ts";
import type { ComparedList, Contacts, NamedToken } from "../../ports/matcher.ts";
import { marked, type RecordsOfList, recordsOfMarked, restingRows, sealedKinds } from "../columnar/contacts.ts";
import { wholeList } from "../columnar/rooms.ts";
import { kindNumber } from "./loading.ts";
import { listedPeople, stillThere } from "./matched.ts";
import { type Asking, type Party, type Room, twoOf } from "./party.ts";
import { reachedPeople } from "./people.ts";
import { placeOfAttribute } from "./said.ts";
import { TOKENS, whole } from "./statement.ts";

type Entering = {
  readonly list: ComparedList;
  readonly own: Omit<Party, "room">;
  readonly recordsOfList: RecordsOfList;
};

/** Decides who is in the room; null for nobody. */
export async function roomInTables(asking: Asking, entering: Entering): Promise<Room | null> {
  const { list, own } = entering;
  const { manifest } = own.version;
  const bits = list.consents.map((name) => manifest.consents.indexOf(name));
  const clauses = list.where.map((clause) => clauseOf(own, clause));
  if (bits.includes(-1) || clauses.includes(null)) return null;
  return {
    consents: bits.reduce((sum, bit) => sum | (1 << bit), 0),
    clauses: clauses.filter((one) => one !== null),
    people: await presentPeople(asking, entering),
  };
}

/** Whoever has no value has none that is wanted, and a value that is unknown is nobody's. */
function clauseOf({ version, shuffle }: Omit<Party, "room">, { attribute, in: wanted }: ComparedList["where"][number]) {
  const known = version.manifest.attributes.find(({ name }) => name === attribute);
  if (known === undefined) return null;
  const { stored } = shuffle(known);
  const numbers = new Uint8Array((stored.length >>> 3) + 1);
  for (const value of wanted) {
    const number = stored[known.values.indexOf(value) + 1] ?? 0;
    if (number > 0) numbers[number >>> 3] = (numbers[number >>> 3] ?? 0) | (1 << (number & 7));
  }
  return { place: placeOfAttribute(version.manifest, attribute), numbers };
}

async function presentPeople(asking: Asking, { list, own, recordsOfList }: Entering): Promise<Uint8Array | null> {
  const { caps = [], without = [], still } = list;
  if (caps.length + without.length === 0 && still === undefined) return null;
  const { rows } = own.version.manifest;
  const people = still === undefined ? new Uint8Array((rows >>> 3) + 1).fill(255) : await stayers(asking, list);
  const leave = (person: number) => {
    people[person >>> 3] = (people[person >>> 3] ?? 0) & ~(1 << (person & 7));
  };
  for (const person of await holdersOf(asking, own, without)) leave(person);
  if (caps.length > 0)
    for (const person of await restingRows(asking.stay, own.version, { caps, recordsOfList })) leave(person);
  return people;
}

/** People whom a later version has as well, with every consent. */
async function stayers(asking: Asking, { still, ...list }: ComparedList): Promise<Uint8Array> {
  if (still === undefined) throw new Error("two versions are compared");
  const left = await asking.party(wholeList(list));
  const right = await asking.party(wholeList(still));
  const later = await asking.party({ ...wholeList(still), consents: list.consents });
  const identifiers = sealedKinds(left.version);
  return stillThere(asking, { left, right, identifiers }, later.room);
}

async function holdersOf(
  { tx }: Asking,
  { standing }: Pick<Party, "standing">,
  tokens: readonly NamedToken[],
): Promise<readonly number[]> {
  const kinds = IDENTIFIER_KINDS.flatMap((kind) => {
    const named = tokens.filter(({ name }) => name === kind || (kind === "external" && name.startsWith("external:")));
    return named.length === 0 ? [] : [`(kind = ${kindNumber(kind)} and token in (${named.map(uuid).join()}))`];
  });
  if (kinds.length === 0) return [];
  const text = `select person from ${TOKENS} where version = ${whole(standing.number)} and (${kinds.join(" or ")})`;
  return (await tx.unsafe<{ person: number }[]>(text)).map(({ person }) => person);
}

function uuid({ token }: NamedToken): string {
  if (!/^[0-9a-f]{32}$/.test(token)) throw new RangeError("a token has 32 hex digits");
  return `'${token}'::uuid`;
}

/** The record references of everybody whom an earlier list contacted. */
export async function contactedInTables(asking: Asking, contacts: Contacts): Promise<readonly string[]> {
  const two = await twoOf(asking, contacts);
  const people =
    contacts.whom === "named"
      ? await listedPeople(asking, { two, coin: contacts.coin })
      : await reachedPeople(asking, two);
  return recordsOfMarked(asking.stay, two.left.version, marked(two.left.version, people));
}
