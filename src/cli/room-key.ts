// The room's own key, with which checkpoints and receipts verify: read from the room once, pinned in the profile, and
// taken from there or from a file afterwards, so that a room cannot change it unseen.

import { z } from "zod";
import { parseVerifierKey, type VerifierKey } from "../crypto/signed-note.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { readTextIfAny } from "./files.ts";
import { chooseProfile, placeOptions } from "./profiles.ts";
import { readOpenly } from "./session.ts";
import { failed, misused, type Refusal, type Terminal } from "./terminal.ts";

const openKeysSchema = z.looseObject({ checkpointKey: z.string() });

/** The key that a room shows now, as a verifier key: `name+hash+base64` (C2SP signed-note). */
export async function readRoomKey(url: string): Promise<Result<string, Refusal>> {
  const shown = await readOpenly(url, "/.well-known/jwks.json");
  if (!shown.ok) return shown;
  const keys = openKeysSchema.safeParse(shown.value);
  if (!keys.success || !parseVerifierKey(keys.data.checkpointKey).ok) {
    return err(failed(`${url} shows no key of a room`, "check the address"));
  }
  return ok(keys.data.checkpointKey);
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
export async function trustedKey(terminal: Terminal, options: unknown): Promise<Result<VerifierKey, Refusal>> {
  const { key: given } = placeOptions.parse(options);
  if (given === undefined) return pinnedKey(terminal, options);
  if (parseVerifierKey(given).ok) return parsed(given, "--key");
  const text = await readTextIfAny(given);
  if (!text.ok) return text;
  return text.value === null ? err(misused(NOT_A_KEY)) : parsed(text.value.trim(), `\`${given}\``);
}

/** The room's key as the profile pinned it. */
export async function pinnedKey({ world }: Terminal, options: unknown): Promise<Result<VerifierKey, Refusal>> {
  const profile = await chooseProfile(world, options);
  const pinned = profile.ok ? profile.value.roomKey : undefined;
  return pinned === undefined ? err(misused("no room's key is at hand", ASK)) : parsed(pinned, "the profile");
}

const NOT_A_KEY = "--key is neither a verifier key nor a file that holds one";
const ASK = "give --key KEY, as `concordat audit key` prints it, from a place that you trust";

function parsed(text: string, where: string): Result<VerifierKey, Refusal> {
  const key = parseVerifierKey(text);
  return key.ok ? key : err(misused(`${where} holds no verifier key`, ASK));
}
