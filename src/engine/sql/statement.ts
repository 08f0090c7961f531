// A statement in the making: its text is written with numbers of our own, and bytes go beside it as values.

/** Where the token tables are. */
export const TOKENS = "concordat_tokens.tokens";
export const MARKS = "concordat_tokens.marks";
export const VERSIONS = "concordat_tokens.versions";

export type Values = {
  /** Takes bytes along and answers how the text names them. */
  add(bytes: Uint8Array): string;
  all(): Uint8Array[];
};

export function newValues(): Values {
  const held: Uint8Array[] = [];
  return {
    add: (bytes) => {
      held.push(bytes);
      return `$${held.length}::bytea`;
    },
    all: () => held,
  };
}

/** A number of ours as SQL writes it. @throws for what is no whole number of four bytes */
export function whole(number: number): string {
  if (!Number.isInteger(number) || Math.abs(number) > 2 ** 31) throw new RangeError("not a whole number of four bytes");
  return `${number}`;
}
