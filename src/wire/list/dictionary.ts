// Dictionaries of declared values: which code the bytes of a cell have. Values are compared whole, four bytes at a
// time; the hash only says where to look. Open addressing with linear probing (Knuth, TAOCP vol. 3, §6.4, algorithm L).

import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import { WORD_SLACK, wordAt } from "./words.ts";
import { viewOf } from "./workspace.ts";

/**
 * The code of the value in `from`..`to`: its place in the declared list, from 1, or 0 when it is not declared.
 * `WORD_SLACK` bytes must be readable behind the cell.
 */
export type Dictionary = (view: DataView, from: number, to: number) => number;

export function dictionary(values: readonly string[]): Dictionary {
  const texts = values.map((value) => Buffer.from(value + "\0".repeat(WORD_SLACK), "utf8"));
  const sizes = texts.map((text) => text.length - WORD_SLACK);
  const longest = Math.max(...sizes);
  const stride = (longest + 3) >> 2;
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(values.length * 2 + 2)));
  const mask = slots.length - 1;
  const lengths = Int32Array.from([0, ...sizes]);
  const words = new Int32Array((values.length + 1) * stride);
  for (const [index, text] of texts.entries()) {
    const size = sizes[index] ?? 0;
    const view = viewOf(text);
    let slot = hashOf(view, 0, size) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = index + 1;
    for (let at = 0, to = (index + 1) * stride; at < size; at += 4) words[to++] = wordAt(view, at, size);
  }
  return (view, from, to) => {
    const length = to - from;
    if (length > longest) return 0;
    for (let slot = hashOf(view, from, to) & mask; ; slot = (slot + 1) & mask) {
      const code = slots[slot] ?? 0;
      if (code === 0) return 0;
      if (lengths[code] !== length) continue;
      let word = code * stride;
      let at = from;
      for (; at < to && words[word] === wordAt(view, at, to); at += 4) word++;
      if (at >= to) return code;
    }
  };
}

function hashOf(view: DataView, from: number, to: number): number {
  let hash = to - from;
  for (let at = from; at < to; at += 4) hash = Math.imul(hash ^ wordAt(view, at, to), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** A dictionary for each attribute of a schema, and for each consent. */
export type Dictionaries = { readonly attributes: readonly Dictionary[]; readonly consents: readonly Dictionary[] };

export function dictionariesOf({ attributes, consents }: Pick<DatasetSchema, "attributes" | "consents">): Dictionaries {
  return {
    attributes: Object.values(attributes).map(({ values }) => dictionary(values)),
    consents: Object.values(consents).map(({ granted }) => dictionary(granted)),
  };
}
