import fc from "fast-check";
import { expect, it } from "vitest";
import { datasetRef } from "../domain/dataset/schema.ts";
import { unixMillis } from "../domain/instant.ts";
import { isForList } from "../domain/question/question.ts";
import { contractOf, HARBOUR, MERIDIAN, questionOf, SUNLINE } from "../testing/documents.ts";
import { person, type Sealed, sealRows } from "../testing/matcher-suite/lists.ts";
import { ROOM_KEY } from "../testing/matcher-suite/made.ts";
import { memoryMatcher } from "../testing/matcher-suite/memory-matcher.ts";
import { releaseOf, sealedVersionOf } from "../testing/store-suite/rows.ts";
import { type Counted, type GivenList, listRecords } from "./given-lists.ts";

const CONTRACT = contractOf();
const OWNER = datasetRef(HARBOUR, "customers");
const ASKERS = [SUNLINE, MERIDIAN] as const;

type Asker = (typeof ASKERS)[number];
type Crowd = readonly number[];

const crowd: fc.Arbitrary<Crowd> = fc.subarray(
  Array.from({ length: 10 }, (_, index) => index),
  { minLength: 1 },
);

/** Lists that two askers were given in turn, each from its own people, under one cap of the owner's. */
const histories = fc.record({
  owner: crowd,
  people: fc.tuple(crowd, crowd),
  turns: fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 9 }),
  cap: fc.integer({ min: 1, max: 3 }),
  /** How many lists back the period reaches. */
  reach: fc.integer({ min: 1, max: 9 }),
});

it("lists made again through each other name whom they named, and nobody is contacted above the cap", async () => {
  const { matcher } = memoryMatcher({ roomKey: ROOM_KEY });
  const seal = (one: Crowd) => sealRows(matcher, [one.map(person)]);
  await fc.assert(
    fc.asyncProperty(histories, async ({ owner, people, turns, cap, reach }) => {
      const lists = {
        [HARBOUR]: await seal(owner),
        [SUNLINE]: await seal(people[0]),
        [MERIDIAN]: await seal(people[1]),
      };
      const keys = new Map(Object.entries(lists).map(([partner, { list }]) => [partner, list.dataKey]));
      const given = new Map<string, GivenList>();
      const named: Crowd[] = [];
      for (const [index, turn] of turns.entries()) {
        const first = Math.max(0, index - reach);
        const hasRoom = (one: number) => named.slice(first).filter((list) => list.includes(one)).length < cap;
        const ids = [...given.keys()].slice(first);
        const asker = ASKERS[turn] ?? SUNLINE;
        const counted = ids.length === 0 ? {} : { [OWNER]: [{ count: cap, lists: ids }] };
        given.set(`list ${index}`, givenList({ index, asker, counted }, lists));
        named.push((people[turn] ?? []).filter((one) => owner.includes(one) && hasRoom(one)));
      }
      const objections = new Map([HARBOUR, SUNLINE, MERIDIAN].map((partner) => [partner, []] as const));
      const opened = { given, keys, coins: new Map(), objections };
      for (const [index, id] of [...given.keys()].entries()) {
        const records = await listRecords({ matcher }, { opened, id });
        expect([...records].sort()).toEqual(named[index]?.map((one) => person(one).record));
      }
      for (const start of named.keys()) {
        const within = named.slice(start, start + reach + 1).flat();
        for (const one of owner) expect(within.filter((other) => other === one).length).toBeLessThanOrEqual(cap);
      }
    }),
    { numRuns: 60 },
  );
});

function givenList(
  { index, asker, counted }: { readonly index: number; readonly asker: Asker; readonly counted: Counted },
  lists: { readonly [partner: string]: Sealed },
): GivenList {
  const from = datasetRef(asker, "customers");
  const asked = { analysis: "audience", purpose: "activation", channel: "email", from, matching: OWNER };
  const question = questionOf(CONTRACT, asked);
  if (!isForList(question)) throw new Error("a list is asked for");
  const placed = { id: `list ${index}`, recipient: asker, versions: "", entry: index };
  const kept = { ...releaseOf(CONTRACT, placed), answer: '{"consents":{}}', question: JSON.stringify(question) };
  const release = { ...kept, releasedAt: unixMillis(index), collectedAt: null, collectedOn: null };
  const versions = [HARBOUR, asker].map((partner) => {
    const sealed = { ...sealedVersionOf(partner, partner), segment: lists[partner]?.list.segment ?? "" };
    return { ...sealed, sequence: 1, sealedAt: unixMillis(0) };
  });
  return { release, question, versions, still: null, counted };
}
