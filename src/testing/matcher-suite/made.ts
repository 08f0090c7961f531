// How the suite comes by matchers and lets go of them.

import { afterAll, beforeAll } from "vitest";
import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import type { Tokeniser } from "../../domain/identifier/token-kernel.ts";
import type { Matcher } from "../../ports/matcher.ts";

/** What a matcher is made of that the laws do not care for: the same answers are due in every combination. */
export type Combination = {
  readonly threads?: number;
  readonly kernels?: "wasm" | "plain";
  /** Bytes of memory between questions; so few that lists are read again is a combination as well. */
  readonly memoryBytes?: number;
};

export type MatcherOptions = Combination & {
  /** 32 bytes. */
  readonly roomKey: Uint8Array;
  /** Another way to make tokens than the room key. */
  readonly tokeniserOf?: (kind: IdentifierKind) => Tokeniser;
};

/** A matcher to try. */
export type Made = {
  readonly matcher: Matcher;
  /** Names of all that it keeps, staged and sealed, in any order: files, for a matcher that has some. */
  names(): readonly string[];
  /** Removes what it kept. The matcher was ended before. */
  end(): Promise<void>;
};

export type MakeMatcher = (options: MatcherOptions) => Promise<Made>;

/** Makes a matcher as one law wants it; the suite adds the combination. */
export type Make = (own?: Partial<MatcherOptions>) => Promise<Made>;

export const ROOM_KEY = new Uint8Array(32).fill(7);

/** One matcher for the laws of a group, made before the first and ended after the last. */
export function sharedMatcher(make: () => Promise<Made>): () => Matcher {
  const held: Made[] = [];
  beforeAll(async () => void held.push(await make()));
  afterAll(async () => {
    for (const made of held.splice(0)) await finish(made);
  });
  return () => {
    const [made] = held;
    if (made === undefined) throw new Error("asked for before it was made");
    return made.matcher;
  };
}

/** A matcher of its own for a law that ends, sweeps or looks at what is kept. */
export async function withMatcher(make: () => Promise<Made>, law: (made: Made) => Promise<void>): Promise<void> {
  const made = await make();
  try {
    await law(made);
  } finally {
    await finish(made);
  }
}

async function finish(made: Made): Promise<void> {
  await made.matcher.end();
  await made.end();
}
