// Who of a version is in the room for one question: those who gave every consent asked for and satisfy every clause.
// Decided before anything is matched, so that whoever is left out does not exist for the question.

import { createHash } from "node:crypto";
import type { ComparedList, ListVersion, NamedToken } from "../../ports/matcher.ts";
import { attributeColumn, CONSENTS } from "../../wire/segment/shape.ts";
import type { Engine } from "./engine.ts";
import { columnView, type LoadedColumns, loadedColumns, sameRowsOf } from "./loaded.ts";
import type { Stay, Take } from "./shelf.ts";
import type { Version } from "./version.ts";

/** A bit a row, 1 for the rows that speak for people in the room; 0 where everybody is. */
export type Room = { readonly size: number; readonly bits: number };

/** A list of a question: its version, who of it is in the room, and a name for who that is. */
export type Party = { readonly version: Version; readonly room: Room; readonly roomName: string };

/** 128-bit words of a bitmap of so many rows. */
export function bitmapWords(rows: number): number {
  return (rows + 127) >>> 7;
}

export async function partyOf(engine: Engine, stay: Stay, asked: Asked): Promise<Party> {
  const { version, list } = asked;
  const { consents, where, caps = [], without = [], still } = list;
  const everybody = { size: version.manifest.people, bits: 0 };
  if (consents.length + where.length + caps.length + without.length === 0 && still === undefined)
    return { version, room: everybody, roomName: "" };
  const clauses = where.map(({ attribute, in: wanted }) => [attribute, [...wanted].sort()] as const);
  const capped = caps.map(({ count, lists }) => [count, lists.map(({ name }) => name).sort()]);
  // When people are erased from what an earlier list was made from, it keeps its name and is another one.
  const others = [...everyListOf([list])].filter((one) => one !== list);
  const madeFrom = [...new Set(others.map(({ segment }) => segment))].sort();
  const apart = [capped, still?.segment, madeFrom, without.length === 0 ? "" : digestOf(without)];
  const roomName = JSON.stringify([[...consents].sort(), clauses.sort(), ...apart]);
  const room = await stay.hold(`room ${roomName} ${version.name}`, (take) => roomOf(engine, stay, { ...asked, take }));
  return { version, room, roomName };
}

// Not in hex, in which segments are named.
function digestOf(tokens: readonly NamedToken[]): string {
  const sorted = tokens.map(({ name, token }) => `${name} ${token}`).sort();
  return createHash("sha256").update(sorted.join()).digest("base64url");
}

/** A version in a question, with what earlier lists it depends on, if on any. */
export type Listed = ListVersion & Partial<Pick<ComparedList, "caps" | "still">>;

/** Everybody of a version. */
export function wholeList({ segment, dataKey }: ListVersion): ComparedList {
  return { segment, dataKey, consents: [], where: [] };
}

/** Lists, and all that earlier lists are made again from, each once. */
export function everyListOf(lists: readonly Listed[]): ReadonlySet<Listed> {
  const found = new Set<Listed>();
  const waiting = [...lists];
  for (let list = waiting.pop(); list !== undefined; list = waiting.pop()) {
    if (found.has(list)) continue;
    found.add(list);
    for (const cap of list.caps ?? []) for (const { own, other } of cap.lists) waiting.push(own, other);
    if (list.still !== undefined) waiting.push(list.still);
  }
  return found;
}

type Asked = {
  readonly version: Version;
  readonly list: ComparedList;
  /** Rows of people who are not in the room because of other lists, or of tokens that they hold. */
  readonly absentRows: () => Promise<Iterable<number>>;
};

/** The rows that speak for people in the room, ascending. */
export async function presentRows(engine: Engine, stay: Stay, { version, room }: Party): Promise<Uint32Array> {
  const { rows } = version.manifest;
  const { merged } = await sameRowsOf(stay, version);
  const others = new Set<number>();
  for (let at = 0; at < merged.length; at += 2) others.add(merged[at] ?? 0);
  const bits = room.bits === 0 ? null : new Uint32Array(engine.arena.memory.buffer, room.bits, bitmapWords(rows) * 4);
  const isIn = (row: number) => (bits === null ? !others.has(row) : isSet(bits, row));
  const present = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (isIn(row)) present[count++] = row;
  return present.slice(0, count);
}

async function roomOf(
  engine: Engine,
  stay: Stay,
  { version, list, absentRows, take }: Asked & { readonly take: Take },
): Promise<Room> {
  const { manifest } = version;
  const words = bitmapWords(manifest.rows);
  const bits = take(words * 16);
  const { buffer } = engine.arena.memory;
  const bitmap = new Uint32Array(buffer, bits, words * 4);
  if (list.where.length === 0) bitmap.fill(0xffffffff);
  const conditions = list.where.map((clause) => allowedCodes(version, clause));
  const consentBits = list.consents.map((name) => manifest.consents.indexOf(name));
  if (conditions.includes(null) || consentBits.includes(-1)) return nobody(bitmap, bits);
  const isByColumns = conditions.length + consentBits.length > 0;
  const columns: LoadedColumns = isByColumns ? await loadedColumns(engine, stay, version) : new Map();
  for (const [index, condition] of conditions.entries()) {
    const column = condition === null ? undefined : columns.get(condition.column);
    if (condition === null || column === undefined) return nobody(bitmap, bits);
    await engine.here(words * 16 + condition.allowed.length + 256, async ({ kernels, scratch }) => {
      const marked = index === 0 ? bits : scratch + ((condition.allowed.length + 127) & -64);
      new Uint8Array(buffer, scratch, condition.allowed.length).set(condition.allowed);
      const width = column.width === 1 ? 1 : 2;
      const marking = { width, allowed: scratch, values: condition.allowed.length } as const;
      await engine.callInStretches(manifest.rows, "markBits", ({ from, count }) => [
        { ...marking, codes: column.at + from * width, count, bits: marked + from / 8 },
      ]);
      if (index > 0) kernels.andBits({ to: bits, left: bits, right: marked, words });
    });
  }
  const consents = columns.get(CONSENTS);
  if (consentBits.length > 0) {
    if (consents === undefined) return nobody(bitmap, bits);
    const needed = consentBits.reduce((sum, bit) => sum | (1 << bit), 0);
    keepConsenting(bitmap, columnView(buffer, consents, manifest.rows), needed);
  }
  await leaveSpeakers(stay, version, bitmap);
  for (const row of await absentRows()) clearBit(bitmap, row);
  for (let row = manifest.rows; row < words * 128; row++) clearBit(bitmap, row);
  return { bits, size: await engine.here(0, ({ kernels }) => kernels.countBits(bits, words)) };
}

function nobody(bitmap: Uint32Array, bits: number): Room {
  bitmap.fill(0);
  return { size: 0, bits };
}

/** Which codes of an attribute are wanted; null for an attribute that the version does not know. */
function allowedCodes({ manifest }: Version, { attribute, in: wanted }: ComparedList["where"][number]) {
  const known = manifest.attributes.find(({ name }) => name === attribute);
  if (known === undefined) return null;
  const allowed = new Uint8Array(known.values.length + 1);
  for (const value of wanted) allowed[known.values.indexOf(value) + 1] = 1;
  // Whoever has no value has none that is wanted, and a value that is unknown is nobody's.
  allowed[0] = 0;
  return { column: attributeColumn(attribute), allowed };
}

function keepConsenting(bitmap: Uint32Array, consents: ArrayLike<number>, needed: number): void {
  for (let row = 0; row < consents.length; row++) if (((consents[row] ?? 0) & needed) !== needed) clearBit(bitmap, row);
}

async function leaveSpeakers(stay: Stay, version: Version, bitmap: Uint32Array): Promise<void> {
  const { merged } = await sameRowsOf(stay, version);
  for (let at = 0; at < merged.length; at += 2) clearBit(bitmap, merged[at] ?? 0);
}

/** Whether a row's bit is set. */
export function isSet(bitmap: Uint32Array, row: number): boolean {
  return (((bitmap[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
}

function clearBit(bitmap: Uint32Array, row: number): void {
  bitmap[row >>> 5] = (bitmap[row >>> 5] ?? 0) & ~(1 << (row & 31));
}
