// How the suite comes by matchers and lets go of them.

import fc from "fast-check";
import { afterAll, afterEach, beforeAll } from "vitest";
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

/** How often a property is tried: so many times, or fewer where a file's own configuration of fast-check says so. */
export function runsOf(most: number): number {
  return Math.min(most, fc.readConfigureGlobal().numRuns ?? most);
}

/** One matcher for the laws of a group, made before the first and ended after the last. */
export function sharedMatcher(make: () => Promise<Made>): () => Matcher {
  const made = shared(make);
  return () => made().matcher;
}

/** The same for laws that sweep or look at what is kept: each finds nothing that another left. */
export function sweptMatcher(make: () => Promise<Made>): () => Made {
  const made = shared(make);
  afterEach(() => made().matcher.sweep(async () => ({ segments: new Set(), stagings: new Set() })));
  return made;
}

function shared(make: () => Promise<Made>): () => Made {
  const held: Made[] = [];
  beforeAll(async () => void held.push(await make()));
  afterAll(async () => {
    for (const { matcher, end } of held.splice(0)) {
      await matcher.end();
      await end();
    }
  });
  return () => {
    const [made] = held;
    if (made === undefined) throw new Error("asked for before it was made");
    return made;
  };
}
