// A thread's room, given out piece by piece from its start and taken back all at once.

/** Gives the offset of so many bytes, a multiple of 64, with 64 more readable behind them. */
export type Bump = { take(bytes: number): number; readonly used: () => number };

export function bumpFrom(start: number): Bump {
  let next = start;
  return {
    take: (bytes) => {
      const from = next;
      next += roundedUp(bytes);
      return from;
    },
    used: () => next - start,
  };
}

/** Bytes of a room in which pieces of these sizes are taken. */
export function bumpBytes(sizes: readonly number[]): number {
  return sizes.reduce((sum, bytes) => sum + roundedUp(bytes), 0);
}

/** In whole lines of 64 bytes, one of them behind. Sizes may pass what 32 bits with a sign hold. */
function roundedUp(bytes: number): number {
  return (Math.ceil(bytes / 64) + 1) * 64;
}
