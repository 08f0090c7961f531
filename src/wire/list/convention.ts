// What a cell of an identifier column looks like when it is not the digest that the schema declares. The judgement
// comes from the cell's own form (T-20) and never repeats the cell: it may be somebody's address.

/** Another convention, in words that finish "the column holds ...". */
export type Convention = string;

/** Names the convention that a refused cell follows, or null for none that is known. */
export function conventionOf(cell: string, declared: "hex" | "base64"): Convention | null {
  if (/^[0-9a-fA-F]+$/.test(cell)) {
    const named = HEX_DIGESTS[cell.length];
    if (named !== undefined && !(declared === "hex" && cell.length === 64)) return named;
  }
  if (/^[A-Za-z0-9+/]{43}=$/.test(cell)) return "SHA-256 in base64";
  if (/^[A-Za-z0-9_-]{43}$/.test(cell)) return "SHA-256 in base64url";
  if (cell.includes("@")) return "raw e-mail addresses";
  if (/^\+?[0-9][0-9 ()./-]{4,24}$/.test(cell)) return "raw phone numbers";
  return null;
}

const HEX_DIGESTS: { readonly [length: number]: Convention } = {
  32: "MD5 digests",
  40: "SHA-1 digests",
  64: "SHA-256 in hex",
  96: "SHA-384 digests",
  128: "SHA-512 digests",
};

/** The first cells of one column, by what they looked like. */
export type ConventionSample = {
  seen: number;
  readonly others: Map<Convention, number>;
};

/** Cells of a column that are looked at before it is judged. */
export const SAMPLE_CELLS = 100;

export function emptySample(): ConventionSample {
  return { seen: 0, others: new Map() };
}

/** The convention that most of a sample follows, when more than half of it follows another than the declared one. */
export function judgeSample(sample: ConventionSample): Convention | null {
  const ranked = [...sample.others].sort((left, right) => right[1] - left[1]);
  const total = ranked.reduce((sum, [, count]) => sum + count, 0);
  return total * 2 > sample.seen ? (ranked[0]?.[0] ?? null) : null;
}
