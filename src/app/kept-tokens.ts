// Tokens of people as they are kept beside the lists: sealed under the partner's data key, so that they go with it.

import { open, seal } from "../crypto/sealed-box.ts";
import { utf8 } from "../domain/bytes.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { DataKey, NamedToken } from "../ports/matcher.ts";
import type { Ports } from "./ports.ts";

type Scheme = { readonly matcher: Pick<Ports["matcher"], "scheme"> };
type Again = { readonly matcher: Pick<Ports["matcher"], "scheme" | "tokensAgain"> };
type Box = { readonly label: string; readonly sealed: Uint8Array };

/** A data key, and the one that follows it. Secret. */
export type MovedKeys = { readonly from: DataKey; readonly to: DataKey };

type Kept = { readonly scheme: string; readonly tokens: readonly NamedToken[] };

/** Seals tokens. `label` says what they are kept for and for whom, and opens no others. O(tokens). */
export function sealTokens(
  { matcher }: Scheme,
  dataKey: DataKey,
  { label, tokens }: { readonly label: string; readonly tokens: readonly NamedToken[] },
): Uint8Array {
  const kept: Kept = { scheme: matcher.scheme, tokens };
  return seal(dataKey, utf8(canonicalJson({ ...kept, tokens: [...tokens] })), utf8(label));
}

/** Moves a box from under a data key to under the one that follows it. */
export function movedBox({ from, to }: MovedKeys, { label, sealed }: Box): Uint8Array {
  const opened = open(from, sealed, utf8(label));
  if (!opened.ok) throw new Error("a box does not open under the data key that it was sealed with");
  return seal(to, opened.value, utf8(label));
}

/**
 * Opens tokens of `sealTokens`, as they are made now: those kept from before a rotation of the room key are keyed
 * again. O(tokens).
 * @throws when they were made under another room key, by which they would be found in no list
 */
export function openTokens({ matcher }: Again, dataKey: DataKey, box: Box): readonly NamedToken[] {
  const tokens = matcher.tokensAgain(openKept(dataKey, box));
  if (tokens === null) throw new Error("people's tokens were kept under another room key");
  return tokens;
}

/** The box with its tokens as they are made now; null where they are that already. @throws as `openTokens` does */
export function boxAgain(ports: Again, dataKey: DataKey, box: Box): Uint8Array | null {
  if (openKept(dataKey, box).scheme === ports.matcher.scheme) return null;
  const { label } = box;
  return sealTokens(ports, dataKey, { label, tokens: openTokens(ports, dataKey, box) });
}

function openKept(dataKey: DataKey, { label, sealed }: Box): Kept {
  const opened = open(dataKey, sealed, utf8(label));
  if (!opened.ok) throw new Error("tokens of people do not open under their partner's data key");
  return JSON.parse(new TextDecoder().decode(opened.value));
}
