// The two sides that are being compared, and where their pairs go. "Left" is the side that has no more tokens than the
// other. Set once before a comparison; what compares reads it.

export let leftKeys: usize, leftRest: usize, leftEnd: usize;
export let rightKeys: usize, rightRest: usize, rightEnd: usize;
export let outLeft: usize;
/** From a place in what is written of the left side to that of the right. */
export let delta: usize;

export function setLeft(keys: usize, rest: usize, count: u32): void {
  leftKeys = keys;
  leftRest = rest;
  leftEnd = keys + (<usize>count << 2);
}

export function setRight(keys: usize, rest: usize, count: u32): void {
  rightKeys = keys;
  rightRest = rest;
  rightEnd = keys + (<usize>count << 2);
}

export function setOut(toLeft: usize, toRight: usize): void {
  outLeft = toLeft;
  delta = toRight - toLeft;
}
