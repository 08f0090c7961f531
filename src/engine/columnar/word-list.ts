// A list of whole numbers that grows: four bytes each, where an array of numbers takes eight and is copied about.

export type WordList = {
  readonly push: (word: number) => void;
  /** What was pushed; a view, to be read before more is. */
  readonly words: () => Uint32Array<ArrayBuffer>;
};

const FIRST_WORDS = 16;

export function wordList(): WordList {
  let room = new Uint32Array(FIRST_WORDS);
  let end = 0;
  return {
    push: (word) => {
      if (end === room.length) {
        const larger = new Uint32Array(2 * end);
        larger.set(room);
        room = larger;
      }
      room[end++] = word;
    },
    words: () => room.subarray(0, end),
  };
}
