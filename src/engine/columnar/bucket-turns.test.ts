import { describe, expect, it } from "vitest";
import { type BucketPiece, bucketTurns, takenBuckets, throughBuckets } from "./bucket-turns.ts";

/** A job that takes what it gets, and says so. */
function jobOver(turns: ReturnType<typeof bucketTurns>, width: number, onPiece: (piece: BucketPiece) => void) {
  let isEnded = false;
  const run = async (piece: BucketPiece) => {
    onPiece(piece);
    await Promise.resolve();
    return [...takenBuckets(turns, piece)];
  };
  const end = () => {
    isEnded = true;
  };
  return { job: { run, width, end }, isEnded: () => isEnded };
}

const EVERY = Array.from({ length: 256 }, (_, bucket) => bucket);

describe("going through all buckets", () => {
  it.each([
    [1, 0, 16, 16],
    [1, 1e9, 16, 16],
    [4, 8_000_000, 2, 256],
    [4, 80_000_000, 10, 26],
    [8, 1e12, 256, 1],
  ])("takes each once: width %i, %i tokens, %i pieces or a few more of %i", async (width, tokens, pieces, most) => {
    const turns = bucketTurns();
    const sizes: number[] = [];
    const { job, isEnded } = jobOver(turns, width, (piece) => sizes.push(piece.most));
    const taken = await throughBuckets(job, turns, tokens);
    expect(taken.flat().sort((a, b) => a - b)).toEqual(EVERY);
    expect(sizes[0]).toBeGreaterThanOrEqual(most);
    expect(sizes.length).toBeGreaterThanOrEqual(pieces);
    expect(sizes.length).toBeLessThanOrEqual(pieces + width);
    expect(isEnded()).toBe(true);
  });

  it("ends the job when a piece fails, and asks for no more", async () => {
    const turns = bucketTurns();
    let asked = 0;
    const { job, isEnded } = jobOver(turns, 1, () => {
      if (++asked === 3) throw new Error("a piece fails");
    });
    await expect(throughBuckets(job, turns, 0)).rejects.toThrow("a piece fails");
    expect([asked, isEnded()]).toEqual([3, true]);
  });
});
