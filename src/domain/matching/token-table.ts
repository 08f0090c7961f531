// The tokens of one identifier kind on one list are a table: sorted, unique, cut into buckets by their first byte.

export const BUCKETS = 256;
