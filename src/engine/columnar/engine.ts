// What every part of the columnar matcher works with.

import type { DatasetSchema } from "../../domain/dataset/schema.ts";
import type { Tokeniser } from "../../domain/identifier/token-kernel.ts";
import type { Arena } from "./arena.ts";
import type { Calls } from "./calls.ts";
import type { Layout } from "./layout.ts";
import type { Crew } from "./threads/crew.ts";
import type { Thread } from "./threads/thread.ts";

export type Engine = Calls & {
  readonly layout: Layout;
  readonly arena: Arena;
  readonly crew: Crew;
  /** Names how tokens are made. */
  readonly scheme: string;
  /** Per kind of a schema, the keys of its tokens: for digests, and for each link behind; Secret. */
  tokenKeysOf(schema: DatasetSchema): readonly (readonly Uint8Array[])[];
  /** Per kind of a schema, the keys that tokens of a scheme lack; Secret. @throws for a scheme of another chain */
  linkKeysSince(scheme: string, schema: DatasetSchema): readonly (readonly Uint8Array[])[];
  /** Another way to make tokens, or null for the true one. */
  tokenisersOf(schema: DatasetSchema): readonly Tokeniser[] | null;
  /** The key under which a partner's record references are hashed; Secret. */
  recordKeyOf(dataKey: Uint8Array): Uint8Array;
  /** Tokens of two tables from which on other threads compare them. */
  readonly largeTokens: number;
  /** Rows of a list from which on other threads seal and load them. */
  readonly largeRows: number;
  /** Bytes of a part that one thread reads at a time. */
  readonly chunkBytes: number;
  /** Whether what two versions have in common is kept for the next question. */
  readonly keepsPairings: boolean;
  /** Works from this thread, with so many bytes of the arena for the while. */
  here<Value>(scratchBytes: number, work: (thread: Thread) => Value | Promise<Value>): Promise<Value>;
};
