// Sorting within a bucket: least-significant-digit radix over the three bytes in which the keys of a bucket differ
// (Knuth, TAOCP vol. 3, §5.2.5), stable, so that equal keys stay in the order of the file; then runs of equal keys
// are put in order of what lies behind the key.

/** Memory for ordering buckets of up to `capacity` places; kept by the caller from one bucket to the next. */
export type OrderSpace = {
  /** The answer: places within the bucket, 0 the first, in ascending order. */
  order: Uint32Array;
  sorted: Uint32Array;
  spareOrder: Uint32Array;
  spareKeys: Uint32Array;
  readonly digits: Uint32Array;
};

/** Memory for buckets of up to `capacity` places: 16 bytes a place. */
export function orderSpace(capacity: number): OrderSpace {
  return {
    order: new Uint32Array(capacity),
    sorted: new Uint32Array(capacity),
    spareOrder: new Uint32Array(capacity),
    spareKeys: new Uint32Array(capacity),
    digits: new Uint32Array(256),
  };
}

/**
 * Orders the keys of one bucket into `space.order`. Requires keys that share their first byte. O(n) time.
 * @param compareRest orders two places of the bucket whose keys are equal: negative, zero or positive
 */
export function orderBucket(keys: Uint32Array, space: OrderSpace, compareRest: (a: number, b: number) => number): void {
  for (let place = 0; place < keys.length; place++) {
    space.order[place] = place;
    space.sorted[place] = keys[place] ?? 0;
  }
  for (const shift of [0, 8, 16]) pass(space, keys.length, shift);
  settleRuns(space, keys.length, compareRest);
}

function pass(space: OrderSpace, count: number, shift: number): void {
  const { order, sorted, spareOrder, spareKeys, digits } = space;
  digits.fill(0);
  for (let place = 0; place < count; place++) {
    const digit = ((sorted[place] ?? 0) >>> shift) & 255;
    digits[digit] = (digits[digit] ?? 0) + 1;
  }
  let sum = 0;
  for (let digit = 0; digit < 256; digit++) {
    const size = digits[digit] ?? 0;
    digits[digit] = sum;
    sum += size;
  }
  for (let place = 0; place < count; place++) {
    const key = sorted[place] ?? 0;
    const digit = (key >>> shift) & 255;
    const to = digits[digit] ?? 0;
    digits[digit] = to + 1;
    spareKeys[to] = key;
    spareOrder[to] = order[place] ?? 0;
  }
  space.order = spareOrder;
  space.sorted = spareKeys;
  space.spareOrder = order;
  space.spareKeys = sorted;
}

// A row repeated a million times is a run that is in order as it stands, so order is looked at before anything moves.
function settleRuns(space: OrderSpace, count: number, compareRest: (a: number, b: number) => number): void {
  const { order, sorted } = space;
  for (let from = 0; from + 1 < count; ) {
    let to = from + 1;
    let isOrdered = true;
    for (; to < count && sorted[to] === sorted[from]; to++) {
      if (compareRest(order[to - 1] ?? 0, order[to] ?? 0) > 0) isOrdered = false;
    }
    if (!isOrdered) order.subarray(from, to).sort((a, b) => compareRest(a, b) || a - b);
    from = to;
  }
}
