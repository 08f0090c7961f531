// Dictionaries of declared values: which code the bytes of a cell have. Values are compared whole, four bytes at a
// time; the hash only says where to look. Open addressing with linear probing (Knuth, TAOCP vol. 3, §6.4, algorithm L).

/** The code of the value in `from`..`to`: its place in the declared list, from 1, or 0 when it is not declared. */
export type Dictionary = (bytes: Uint8Array, from: number, to: number) => number;

export function dictionary(values: readonly string[]): Dictionary {
  const texts = values.map((value) => Buffer.from(value, "utf8"));
  const longest = Math.max(...texts.map((text) => text.length));
  const stride = (longest + 3) >> 2;
  const cell = new Int32Array(stride);
  const readWords = wordReader(cell);
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(values.length * 2 + 2)));
  const mask = slots.length - 1;
  const lengths = new Int32Array(values.length + 1);
  const words = new Int32Array((values.length + 1) * stride);
  for (const [index, text] of texts.entries()) {
    let slot = readWords(text, 0, text.length) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = index + 1;
    lengths[index + 1] = text.length;
    words.set(cell.subarray(0, (text.length + 3) >> 2), (index + 1) * stride);
  }
  return (bytes, from, to) => {
    const length = to - from;
    if (length > longest) return 0;
    const count = (length + 3) >> 2;
    for (let slot = readWords(bytes, from, to) & mask; ; slot = (slot + 1) & mask) {
      const code = slots[slot] ?? 0;
      if (code === 0) return 0;
      if (lengths[code] !== length) continue;
      const start = code * stride;
      let word = 0;
      while (word < count && cell[word] === words[start + word]) word++;
      if (word === count) return code;
    }
  };
}

/** Makes the function that cuts bytes into words, the last one filled up with zeros, and answers their hash. */
function wordReader(into: Int32Array) {
  return (bytes: Uint8Array, from: number, to: number): number => {
    let hash = to - from;
    let count = 0;
    let place = from;
    for (; place + 4 <= to; place += 4) {
      const low = (bytes[place] ?? 0) | ((bytes[place + 1] ?? 0) << 8);
      const word = low | ((bytes[place + 2] ?? 0) << 16) | ((bytes[place + 3] ?? 0) << 24);
      into[count++] = word;
      hash = Math.imul(hash ^ word, 0x9e3779b1);
    }
    if (place < to) {
      let word = 0;
      for (let shift = 0; place < to; place++, shift += 8) word |= (bytes[place] ?? 0) << shift;
      into[count] = word;
      hash = Math.imul(hash ^ word, 0x9e3779b1);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    return (hash ^ (hash >>> 13)) >>> 0;
  };
}
