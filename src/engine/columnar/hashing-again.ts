// Tokens are made anew under the links of the chain of room keys, a batch at a time.

import { padTokens } from "../../domain/identifier/token-chain.ts";
import { DIGEST_WORDS, TOKEN_WORDS } from "../../domain/identifier/token-kernel.ts";
import type { Offset } from "../../kernels/offset.ts";
import { BATCH_ROWS } from "../../wire/list/batch.ts";
import type { Thread } from "./threads/thread.ts";

/** Room for the padded tokens of a batch. */
export const PADDED_BYTES = BATCH_ROWS * 32;

/** Tokens of a batch in the arena, and rooms for a key of 32 bytes and for the tokens as kernels read digests. */
export type HashedAgain = {
  readonly tokens: Offset;
  readonly count: number;
  readonly key: Offset;
  readonly padded: Offset;
};

/**
 * Puts tokens made anew, link by link, in the place of those that are there. O(count) time for each link.
 * @param links 32 bytes each, of the identifier; Secret
 */
export function hashAgain({ kernels, buffer }: Thread, links: readonly Uint8Array[], batch: HashedAgain): void {
  const { tokens, count, key, padded } = batch;
  for (const link of links) {
    const old = new Uint32Array(buffer, tokens, count * TOKEN_WORDS);
    padTokens(old, count, new Int32Array(buffer, padded, count * DIGEST_WORDS));
    new Uint8Array(buffer, key, 32).set(link);
    kernels.tokens({ digests: padded, count, key, tokens });
  }
}
