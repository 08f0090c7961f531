// The room's own key, with which checkpoints and receipts verify: read from the room once, pinned in the profile, and
// taken from there or from a file afterwards, so that a room cannot change it unseen. Where the log was handed over to
// another key, the pinned one vouches for it.

import { z } from "zod";
import { followKeys, formatLogKey, type LogKey, parseLogKey } from "../crypto/log-key.ts";
import { parseVerifierKey } from "../crypto/signed-note.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { readTextIfAny } from "./files.ts";
import { chooseProfile, placeOptions } from "./profiles.ts";
import { readOpenly } from "./session.ts";
import { failed, misused, type Refusal, type Terminal, unverified } from "./terminal.ts";

const openKeysSchema = z.looseObject({ checkpointKey: z.string(), handOvers: z.array(z.string()).optional() });

/** The log's first key that a room shows, with those that it led to. */
export async function readRoomKey(url: string): Promise<Result<LogKey, Refusal>> {
  const shown = await shownKeys(url);
  if (!shown.ok) return shown;
  const { first, notes } = shown.value;
  return followed(first, notes, url);
}

/**
 * Follows a trusted key to the one that a room signs with now. What the room shows counts only as far as each key has
 * signed that the next one follows.
 */
export async function followRoomKey(url: string, key: LogKey): Promise<Result<LogKey, Refusal>> {
  const shown = await shownKeys(url);
  if (!shown.ok) return shown;
  const { first, notes } = shown.value;
  if (first.key.thumbprint !== key.key.thumbprint || first.name !== key.name) {
    return err(unverified(`the room shows ${formatLogKey(first)}, and the key trusted is ${formatLogKey(key)}`));
  }
  return followed(key, notes, url);
}

async function shownKeys(
  url: string,
): Promise<Result<{ readonly first: LogKey; readonly notes: readonly string[] }, Refusal>> {
  const shown = await readOpenly(url, "/.well-known/jwks.json");
  if (!shown.ok) return shown;
  const keys = openKeysSchema.safeParse(shown.value);
  const first = keys.success ? parseVerifierKey(keys.data.checkpointKey) : null;
  if (!keys.success || first?.ok !== true) {
    return err(failed(`${url} shows no key of a room`, "check the address"));
  }
  return ok({ first: first.value, notes: keys.data.handOvers === undefined ? [] : keys.data.handOvers });
}

function followed(key: LogKey, notes: readonly string[], url: string): Result<LogKey, Refusal> {
  const last = followKeys(key, notes);
  return last.ok ? last : err(unverified(`a key that ${url} shows was not handed the log by the one before it`));
}

/** The option of commands that verify. It shares its name with the program's own, which says what to sign with. */
export const KEY_OPTION = [
  "--key <key>",
  "the room's verifier key, or a file with it (default: as pinned in the profile)",
] as const;

/**
 * The key to verify with: the one given, as text or as a file that holds it, or the one pinned in the profile.
 * Nothing is sent.
 */
export async function trustedKey(terminal: Terminal, options: unknown): Promise<Result<LogKey, Refusal>> {
  const { key: given } = placeOptions.parse(options);
  if (given === undefined) return pinnedKey(terminal, options);
  if (parseLogKey(given).ok) return parsed(given, "--key");
  const text = await readTextIfAny(given);
  if (!text.ok) return text;
  return text.value === null ? err(misused(NOT_A_KEY)) : parsed(text.value.trim(), `\`${given}\``);
}

/** The room's key as the profile pinned it. */
export async function pinnedKey({ world }: Terminal, options: unknown): Promise<Result<LogKey, Refusal>> {
  const profile = await chooseProfile(world, options);
  const pinned = profile.ok ? profile.value.roomKey : undefined;
  return pinned === undefined ? err(misused("no room's key is at hand", ASK)) : parsed(pinned, "the profile");
}

const NOT_A_KEY = "--key is neither a verifier key nor a file that holds one";
const ASK = "give --key KEY, as `concordat audit key` prints it, from a place that you trust";

function parsed(text: string, where: string): Result<LogKey, Refusal> {
  const key = parseLogKey(text);
  return key.ok ? key : err(misused(`${where} holds no verifier key`, ASK));
}
