// A fingerprint of a set of record references, so that two processes can compare what they gave out.

export type RecordSet = { readonly count: number; readonly sum: number; readonly mask: number };

/** The same for the same references in any order. */
export function recordSetOf(records: readonly string[]): RecordSet {
  let sum = 0;
  let mask = 0;
  for (const record of records) {
    const hashed = hashOf(record);
    sum = (sum + hashed) >>> 0;
    mask = (mask ^ Math.imul(hashed, hashed | 1)) >>> 0;
  }
  return { count: records.length, sum, mask };
}

function hashOf(record: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < record.length; at++) value = Math.imul(value ^ record.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
