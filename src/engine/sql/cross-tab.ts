// Cross-tabs: people who are on all lists, counted by stored numbers of their attributes where their tokens are, with
// measures clamped and summed. Numbers are told apart and put in their cells here.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import type { CrossTabCounts, CrossTabQuery } from "../../ports/matcher.ts";
import { partyAt, saturated, tableShape } from "../columnar/cross-tab.ts";
import { eachMatch, matchedOf, pairsOf, plainKind, rowsSharedBy } from "./matched.ts";
import { type Asking, isAmong, type Party, type Two } from "./party.ts";
import { MEASURE_ZERO, measureAt, numberAt, placeOfAttribute, placeOfMeasure, saidBytes } from "./said.ts";
import { newValues, TOKENS, type Values, whole } from "./statement.ts";

type Asked = CrossTabQuery & { readonly parties: readonly Party[] };

export async function crossTabInTables(asking: Asking, asked: Asked): Promise<CrossTabCounts> {
  const { shape, cells } = tableShape(asked);
  const empty = () => new Array<number>(cells).fill(0);
  const people = empty();
  const sums = asked.measures.map(() => ({ holders: empty(), sums: new Map<number, bigint>() }));
  const axes = axesOf(asked, shape);
  const add = ({ numbers, count, measured }: Counted) => {
    const cell = axes.reduce((sum, { times, code }, at) => sum + times * (code[numbers[at] ?? 0] ?? 0), 0);
    people[cell] = (people[cell] ?? 0) + count;
    for (const [at, { holders, sum }] of measured.entries()) {
      const own = sums[at];
      if (own === undefined) continue;
      own.holders[cell] = (own.holders[cell] ?? 0) + holders;
      own.sums.set(cell, (own.sums.get(cell) ?? 0n) + sum);
    }
  };
  await count(asking, asked, add);
  const measures = sums.map((own) => {
    const filled = empty();
    for (const [cell, sum] of own.sums) filled[cell] = saturated(sum);
    return { holders: own.holders, sums: filled };
  });
  return { shape, people, measures };
}

function axesOf(asked: Asked, shape: readonly number[]) {
  return asked.by.map(({ list, attribute }, index) => {
    const { version, shuffle } = partyAt(asked, list);
    const known = version.manifest.attributes.find(({ name }) => name === attribute);
    if (known === undefined) throw new RangeError(`a list has no attribute \`${attribute}\``);
    return {
      times: shape.slice(index + 1).reduce((product, size) => product * size, 1),
      code: shuffle(known).code,
    };
  });
}

/** People of one combination of stored numbers. */
type Counted = {
  readonly numbers: readonly number[];
  readonly count: number;
  readonly measured: readonly { readonly holders: number; readonly sum: bigint }[];
};
type Add = (counted: Counted) => void;

async function count(asking: Asking, asked: Asked, add: Add): Promise<void> {
  const [left, right, ...others] = asked.parties;
  const [kind, ...further] = asked.identifiers;
  if (left === undefined) throw new Error("people are of one list or more");
  const values = newValues();
  if (right === undefined) {
    const rows = `${TOKENS} a where ${isAmong(values, "a", { party: left, rows: "one each" })}`;
    return countRows(asking, asked, { add, values, rows, said: ["a.said"] });
  }
  if (kind === undefined) throw new Error("nothing to compare by");
  if (others.length === 0 && asked.standing === undefined) {
    const two = { left, right, identifiers: asked.identifiers };
    const plain = plainKind(two);
    if (plain === null) return countPairs(asking, { asked, two, add });
    return countRows(asking, asked, {
      add,
      values,
      rows: rowsSharedBy(values, two, plain),
      said: ["a.said", "b.said"],
    });
  }
  if (further.length > 0) throw new Error("people stand under a token of one identifier");
  const said = asked.parties.map((_, list) => `said${list}`);
  return countRows(asking, asked, { add, values, rows: together(values, asked.parties, kind), said });
}

/** A row for each token under which somebody of every list stands, with what each says. */
function together(values: Values, parties: readonly Party[], kind: IdentifierKind): string {
  const standing = parties.map((party, list) => {
    const rows = isAmong(values, "a", { party, rows: { least: kind } });
    return `select a.shard, a.token, ${list} as list, encode(a.said, 'hex') as said from ${TOKENS} a where ${rows}`;
  });
  const each = parties.map((_, list) => `decode(max(said) filter (where list = ${list}), 'hex') as said${list}`);
  return `(select shard, token, ${each.join(", ")} from (${standing.join(" union all ")}) as standing
    group by shard, token having count(*) = ${parties.length}) as met`;
}

type Rows = {
  readonly add: Add;
  readonly values: Values;
  /** What stands behind `from`. */
  readonly rows: string;
  /** By list, what its people say. */
  readonly said: readonly string[];
};

/** Counts in the database: each shard its own, then all together. */
async function countRows({ tx }: Asking, asked: Asked, { add, values, rows, said }: Rows): Promise<void> {
  const numbers = asked.by.map(({ list, attribute }) =>
    numberAt(said[list] ?? "", placeOfAttribute(partyAt(asked, list).version.manifest, attribute)),
  );
  const measures = asked.measures.map((measure) => summed(asked, measure, said[measure.list] ?? ""));
  const dimensions = numbers.map((_, at) => `d${at}`);
  const inner = [
    ...numbers.map((number, at) => `${number} as d${at}`),
    "count(*) as n",
    ...measures.flatMap(({ holders, sum }, at) => [`${holders} as h${at}`, `${sum} as s${at}`]),
  ];
  const outer = [
    ...dimensions,
    "sum(n)::float8 as n",
    ...measures.flatMap((_, at) => [`sum(h${at})::float8 as h${at}`, `sum(s${at})::text as s${at}`]),
  ];
  const groups = dimensions.join(", ");
  const text = `select ${outer.join(", ")} from (select shard, ${inner.join(", ")} from ${rows}
    group by shard, ${groups}) as parts group by ${groups}`;
  const found = await tx.unsafe<Readonly<Record<string, number | string | null>>[]>(text, values.all());
  for (const row of found) {
    add({
      numbers: dimensions.map((name) => Number(row[name])),
      count: Number(row["n"]),
      measured: measures.map((_, at) => ({ holders: Number(row[`h${at}`]), sum: BigInt(row[`s${at}`] ?? 0) })),
    });
  }
}

type Measure = CrossTabQuery["measures"][number];

function summed(asked: Asked, { list, measure, minimum, maximum }: Measure, said: string) {
  const stored = measureAt(said, placeIn(partyAt(asked, list), measure));
  const clamped = `least(greatest(${stored} - ${MEASURE_ZERO}, ${whole(minimum)}), ${whole(maximum)})`;
  const filter = `filter (where ${stored} > 0)`;
  return { holders: `count(*) ${filter}`, sum: `sum(${clamped}) ${filter}` };
}

function placeIn({ version }: Party, measure: string): number {
  const place = placeOfMeasure(version.manifest, measure);
  if (place < 0) throw new RangeError(`a list has no measure \`${measure}\``);
  return place;
}

type Pairing = { readonly asked: Asked; readonly two: Two; readonly add: Add };

/** Counts here, where matches depend on tokens of several shards: what both say comes with each pair. */
async function countPairs(asking: Asking, { asked, two, add }: Pairing): Promise<void> {
  const manifests = [two.left, two.right].map(({ version }) => version.manifest);
  const widths = manifests.map(saidBytes);
  const pairs = await pairsOf(asking, two, { text: "a.said || b.said", bytes: (widths[0] ?? 0) + (widths[1] ?? 0) });
  const placed = (list: number, place: number) => place + (list === 0 ? 0 : (widths[0] ?? 0));
  const axes = asked.by.map(({ list, attribute }) =>
    placed(list, placeOfAttribute(partyAt(asked, list).version.manifest, attribute)),
  );
  const measures = asked.measures.map((one) => ({
    ...one,
    at: placed(one.list, placeIn(partyAt(asked, one.list), one.measure)),
  }));
  eachMatch(pairs, matchedOf(pairs, two), (_, beside) => {
    const said = new DataView(beside.buffer, beside.byteOffset, beside.byteLength);
    const measured = measures.map(({ at, minimum, maximum }) => {
      const stored = said.getUint32(at);
      if (stored === 0) return { holders: 0, sum: 0n };
      return { holders: 1, sum: BigInt(Math.min(maximum, Math.max(minimum, stored - MEASURE_ZERO))) };
    });
    add({ numbers: axes.map((at) => said.getUint16(at)), count: 1, measured });
  });
}
