// Tokens as bytes for the database to take apart: each of 16 bytes, whose it is, what that person consents to, whether
// the token is the least of its kind that the person has and whether the person is counted by it, and what it says.

import { attributeColumn, CONSENTS, measureColumn } from "../../wire/segment/shape.ts";
import type { Engine } from "../columnar/engine.ts";
import { columnView, type LoadedTable, loadedColumns } from "../columnar/loaded.ts";
import { NoRoom } from "../columnar/no-room.ts";
import type { Stay } from "../columnar/shelf.ts";
import type { Version } from "../columnar/version.ts";
import { saidBytes, shuffleOf } from "./said.ts";

export type Packer = {
  readonly saidBytes: number;
  /** Turns to the tokens of the next kind, of which each person's first is marked where none was before. */
  turnTo(table: LoadedTable): void;
  /** The bytes of so many tokens from one on. */
  pack(from: number, count: number): Uint8Array;
  /** How many tokens of a stretch are not the least of their person's. */
  furtherIn(from: number, to: number): number;
};

type Packed = {
  readonly engine: Engine;
  readonly stay: Stay;
  readonly version: Version;
  readonly dataKey: Uint8Array;
};

const LEAST = 1;
const SPEAKING = 2;
const TOKEN_BYTES = 16;

/** The most people that a table can number. */
const MOST_ROWS = 2 ** 31 - 1;

export async function packerOf(packed: Packed): Promise<Packer> {
  const { engine, version } = packed;
  const { rows } = version.manifest;
  if (rows > MOST_ROWS) throw new NoRoom(`a list of ${rows} rows in token tables`);
  const width = saidBytes(version.manifest);
  const say = await sayingOf(packed);
  const counted = new Uint32Array((rows >>> 5) + 1);
  let view: TokenView | null = null;
  let flags = new Uint8Array(0);
  const current = () => {
    if (view === null) throw new Error("no kind of token was turned to");
    return view;
  };
  return {
    saidBytes: width,
    turnTo: (table) => {
      view = viewOf(engine, table);
      flags = flagsOf(view, counted);
    },
    pack: (from, count) => {
      const { keys, rest, personAt } = current();
      const bytes = Buffer.alloc(count * (TOKEN_BYTES + 9 + width));
      let to = 0;
      for (let at = from; at < from + count; at++) {
        to = bytes.writeUInt32BE(keys[at] ?? 0, to);
        for (let word = at * 3; word < at * 3 + 3; word++) to = bytes.writeUInt32BE(rest[word] ?? 0, to);
        const person = personAt(at);
        to = bytes.writeUInt32BE(person, to);
        to = say(bytes, to, { person, flags: flags[at] ?? 0 });
      }
      return bytes;
    },
    furtherIn: (from, to) => {
      let further = 0;
      for (let at = from; at < to; at++) further += +(((flags[at] ?? 0) & LEAST) === 0);
      return further;
    },
  };
}

type TokenView = {
  readonly tokens: number;
  readonly keys: Uint32Array;
  readonly rest: Uint32Array;
  readonly personAt: (at: number) => number;
  readonly isLeast: (at: number) => boolean;
};

function viewOf({ arena }: Engine, { tokens, keys, rest, people, firsts }: LoadedTable): TokenView {
  const { buffer } = arena.memory;
  const owners = people === 0 ? null : new Uint32Array(buffer, people, tokens);
  const least = firsts === 0 ? null : new Uint8Array(buffer, firsts, tokens);
  return {
    tokens,
    keys: new Uint32Array(buffer, keys, tokens),
    rest: new Uint32Array(buffer, rest, tokens * 3),
    personAt: owners === null ? (at) => at : (at) => owners[at] ?? 0,
    isLeast: least === null ? () => true : (at) => least[at] === 1,
  };
}

/** A byte a token; a bit is set for each person that is counted by one of them. */
function flagsOf({ tokens, personAt, isLeast }: TokenView, counted: Uint32Array): Uint8Array<ArrayBuffer> {
  const flags = new Uint8Array(tokens);
  for (let at = 0; at < tokens; at++) {
    if (!isLeast(at)) continue;
    const person = personAt(at);
    const [word, bit] = [person >>> 5, 1 << (person & 31)];
    const isCounted = ((counted[word] ?? 0) & bit) !== 0;
    counted[word] = (counted[word] ?? 0) | bit;
    flags[at] = isCounted ? LEAST : LEAST | SPEAKING;
  }
  return flags;
}

type Say = (to: Buffer, at: number, who: { readonly person: number; readonly flags: number }) => number;

/** Writes consents, flags, attributes and measures of a person, and answers where it ended. */
async function sayingOf({ engine, stay, version, dataKey }: Packed): Promise<Say> {
  const { attributes, measures, rows } = version.manifest;
  const columns = await loadedColumns(engine, stay, version);
  const named = (name: string) => {
    const column = columns.get(name);
    if (column === undefined) throw new Error("a version lacks a column of its own");
    return columnView(engine.arena.memory.buffer, column, rows);
  };
  const consents = version.manifest.consents.length === 0 ? null : named(CONSENTS);
  const codes = attributes.map((one) => ({
    codes: named(attributeColumn(one.name)),
    stored: shuffleOf(dataKey, one).stored,
  }));
  const values = measures.map((name) => named(measureColumn(name)));
  return (bytes, from, { person, flags }) => {
    let at = bytes.writeUInt32BE((consents?.[person] ?? 0) >>> 0, from);
    at = bytes.writeUInt8(flags, at);
    for (const one of codes) at = bytes.writeUInt16BE(one.stored[one.codes[person] ?? 0] ?? 0, at);
    for (const value of values) at = bytes.writeUInt32BE(((value[person] ?? 0) ^ 0x80000000) >>> 0, at);
    return at;
  };
}
