// From gathered rows to a sealed version's columns: sorts the tokens, finds out which rows are one person, and keeps
// for each person what its first row says and the consents that all its rows give.

import { orderBucket, orderSpace } from "../../domain/matching/bucket-order.ts";
import { type Forest, forest, join, numberPeople } from "../../domain/matching/people.ts";
import { BUCKETS, REST_WORDS, type TokenTable } from "../../domain/matching/token-table.ts";
import { type GatheredRows, RECORD_WORDS, type RowTokens } from "./gather.ts";
import { inPieces, inSteps } from "./pace.ts";
import { joinSameRecords } from "./records.ts";

/** Buckets between two breaths: one holds 40,000 rows of ten million. */
const BUCKETS_PER_BREATH = 4;

/** A token table as it is written; where its keys repeat is found out when it is opened. */
type WrittenTable = Omit<TokenTable, "repeats">;

export type AssembledPeople = {
  readonly people: number;
  /** In the order of the schema's kinds. */
  readonly tables: readonly WrittenTable[];
  readonly codes: GatheredRows["codes"];
  readonly consents: Uint32Array;
  readonly recordLengths: Uint8Array;
  readonly recordBytes: Uint8Array;
};

/** Assembles in place: the arrays of `gathered` are used up. */
export async function assemblePeople(gathered: GatheredRows): Promise<AssembledPeople> {
  const rows = forest(gathered.rows);
  for (const tokens of gathered.tokens) await inSteps(sortTokens(tokens, rows), BUCKETS_PER_BREATH);
  await joinSameRecords(gathered, rows);
  const { personOf, people } = numberPeople(rows);
  const tables: WrittenTable[] = [];
  for (const tokens of gathered.tokens) tables.push(await tableOf(tokens, personOf, people));
  return { people, tables, ...(await columnsOfPeople(gathered, personOf, people)) };
}

function* sortTokens(tokens: RowTokens, rows: Forest): Generator<void, void> {
  const { keys, records, starts } = tokens;
  const space = orderSpace(largestBucket(starts));
  const spare = new Uint32Array(space.order.length * RECORD_WORDS);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const from = starts[bucket] ?? 0;
    const to = starts[bucket + 1] ?? 0;
    const inBucket = keys.subarray(from, to);
    orderBucket(inBucket, space, (a, b) => compareRest(records, from + a, from + b));
    inBucket.set(space.sorted.subarray(0, inBucket.length));
    permute(records.subarray(from * RECORD_WORDS, to * RECORD_WORDS), space.order, spare);
    for (let at = from + 1; at < to; at++) {
      if (keys[at] === keys[at - 1] && compareRest(records, at - 1, at) === 0)
        join(rows, rowOf(records, at - 1), rowOf(records, at));
    }
    yield;
  }
}

function compareRest(records: Uint32Array, left: number, right: number): number {
  const a = left * RECORD_WORDS;
  const b = right * RECORD_WORDS;
  return (
    (records[a] ?? 0) - (records[b] ?? 0) ||
    (records[a + 1] ?? 0) - (records[b + 1] ?? 0) ||
    (records[a + 2] ?? 0) - (records[b + 2] ?? 0)
  );
}

function rowOf(records: Uint32Array, at: number): number {
  return records[at * RECORD_WORDS + RECORD_WORDS - 1] ?? 0;
}

function permute(records: Uint32Array, order: Uint32Array, spare: Uint32Array): void {
  for (let to = 0, at = 0; to < records.length; to += RECORD_WORDS, at++) {
    const from = (order[at] ?? 0) * RECORD_WORDS;
    spare[to] = records[from] ?? 0;
    spare[to + 1] = records[from + 1] ?? 0;
    spare[to + 2] = records[from + 2] ?? 0;
    spare[to + 3] = records[from + 3] ?? 0;
  }
  records.set(spare.subarray(0, records.length));
}

function largestBucket(starts: Uint32Array): number {
  let largest = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++)
    largest = Math.max(largest, (starts[bucket + 1] ?? 0) - (starts[bucket] ?? 0));
  return largest;
}

/** Drops repeated tokens, closing up in place, and puts people for rows. */
async function tableOf(tokens: RowTokens, personOf: Uint32Array, people: number): Promise<WrittenTable> {
  const { keys, records } = tokens;
  const starts = new Uint32Array(BUCKETS + 1);
  const holders = new Uint32Array(keys.length);
  let count = 0;
  await inPieces(keys.length, (from, to) => {
    for (let at = from; at < to; at++) {
      const key = keys[at] ?? 0;
      const record = at * RECORD_WORDS;
      const first = records[record] ?? 0;
      const second = records[record + 1] ?? 0;
      const third = records[record + 2] ?? 0;
      const row = records[record + 3] ?? 0;
      const last = (count - 1) * REST_WORDS;
      const isRepeated =
        count > 0 &&
        keys[count - 1] === key &&
        records[last] === first &&
        records[last + 1] === second &&
        records[last + 2] === third;
      if (isRepeated) continue;
      keys[count] = key;
      records[last + 3] = first;
      records[last + 4] = second;
      records[last + 5] = third;
      holders[count++] = row;
      starts[(key >>> 24) + 1] = count;
    }
  });
  for (let bucket = 1; bucket <= BUCKETS; bucket++)
    starts[bucket] = Math.max(starts[bucket] ?? 0, starts[bucket - 1] ?? 0);
  const kept = holders.subarray(0, count);
  const firsts = await firstsOf(kept, personOf, people);
  const isEachRowAPerson = people === personOf.length;
  await inPieces(isEachRowAPerson ? 0 : count, (from, to) => {
    for (let at = from; at < to; at++) kept[at] = personOf[kept[at] ?? 0] ?? 0;
  });
  return { keys: keys.subarray(0, count), rest: records.subarray(0, count * REST_WORDS), people: kept, firsts, starts };
}

/** Marks each person's first token of the file; empty when nobody holds two. */
async function firstsOf(rows: Uint32Array, personOf: Uint32Array, people: number): Promise<Uint8Array> {
  const none = new Uint8Array(0);
  if (people === personOf.length) return none;
  const firstRows = new Uint32Array(people).fill(NO_ROW);
  let holders = 0;
  await inPieces(rows.length, (from, to) => {
    for (let at = from; at < to; at++) {
      const row = rows[at] ?? 0;
      const person = personOf[row] ?? 0;
      const first = firstRows[person] ?? 0;
      holders += +(first === NO_ROW);
      if (row < first) firstRows[person] = row;
    }
  });
  if (holders === rows.length) return none;
  const firsts = new Uint8Array(rows.length);
  await inPieces(rows.length, (from, to) => {
    for (let at = from; at < to; at++) {
      const row = rows[at] ?? 0;
      firsts[at] = +(firstRows[personOf[row] ?? 0] === row);
    }
  });
  return firsts;
}

const NO_ROW = 0xffffffff;

type PeopleColumns = Omit<AssembledPeople, "people" | "tables">;

async function columnsOfPeople(gathered: GatheredRows, personOf: Uint32Array, people: number): Promise<PeopleColumns> {
  const { codes, consents, recordLengths, recordBytes } = gathered;
  if (people === gathered.rows) return { codes, consents, recordLengths, recordBytes };
  let next = 0;
  let byteFrom = 0;
  let byteTo = 0;
  await inPieces(gathered.rows, (from, to) => {
    for (let row = from; row < to; row++) {
      const person = personOf[row] ?? 0;
      const length = recordLengths[row] ?? 0;
      if (person === next) {
        for (const column of codes) column[next] = column[row] ?? 0;
        if (consents.length > 0) consents[next] = consents[row] ?? 0;
        recordLengths[next++] = length;
        recordBytes.copyWithin(byteTo, byteFrom, byteFrom + length);
        byteTo += length;
      } else if (consents.length > 0) consents[person] = (consents[person] ?? 0) & (consents[row] ?? 0);
      byteFrom += length;
    }
  });
  return {
    codes: codes.map((column) => column.subarray(0, people)),
    consents: consents.subarray(0, consents.length > 0 ? people : 0),
    recordLengths: recordLengths.subarray(0, people),
    recordBytes: recordBytes.subarray(0, byteTo),
  };
}
