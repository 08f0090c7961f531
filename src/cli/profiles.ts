// Profiles: where a room is, as whom one asks there, with which key, and the room's own key as it was seen at first.
// Options come before the environment, the environment before the profile.

import { join } from "node:path";
import { z } from "zod";
import { parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { configFolder, readTextIfAny, writePrivately } from "./files.ts";
import { failed, misused, type Refusal, type World } from "./terminal.ts";

const profileSchema = z.strictObject({
  url: z.string(),
  partner: z.string(),
  /** Path of the private key. */
  key: z.string(),
  /** The key that the room's checkpoints and receipts verify under, pinned at enrolment. */
  roomKey: z.string().optional(),
});

const fileSchema = z.strictObject({
  concordat: z.literal("profiles/1"),
  /** The profile that counts when none is named. */
  current: z.string().nullable(),
  profiles: z.record(z.string(), profileSchema),
});

export type Profile = z.output<typeof profileSchema>;
type ProfilesFile = z.output<typeof fileSchema>;

export const placeOptions = z.object({
  profile: z.string().optional(),
  url: z.string().optional(),
  partner: z.string().optional(),
  key: z.string().optional(),
});

/** Where profiles are kept. */
type Place = Pick<World, "environment" | "home">;

/** A profile with the name under which it is kept; null when options alone made it. */
export type ChosenProfile = Profile & { readonly name: string | null };

/** The profile in force for a call. @param options  the program's own; see `placeOptions` */
export async function chooseProfile(world: World, options: unknown): Promise<Result<ChosenProfile, Refusal>> {
  const place = partialPlace(world, placeOptions.parse(options));
  const file = await readProfiles(world);
  if (!file.ok) return file;
  const name = place.profile ?? file.value.current;
  const kept = name === null ? undefined : file.value.profiles[name];
  if (place.profile !== undefined && kept === undefined) {
    const known = Object.keys(file.value.profiles).join(", ");
    return err(misused(`there is no profile \`${place.profile}\``, known === "" ? ENROL : `choose one of ${known}`));
  }
  const [url, partner, key] = [place.url ?? kept?.url, place.partner ?? kept?.partner, place.key ?? kept?.key];
  if (url === undefined) return err(misused("no room is named", `say --url, or ${ENROL}`));
  if (!isWebAddress(url))
    return err(misused(`\`${url}\` is not a web address`, "write it as https://room.example.com"));
  if (partner === undefined) return err(misused("no partner is named", `say --partner, or ${ENROL}`));
  if (key === undefined) return err(misused("no key is named", `say --key FILE, or ${ENROL}`));
  const isKept = kept !== undefined && url === kept.url;
  const isWhole = isKept && partner === kept.partner && key === kept.key;
  const pinned = isKept && kept.roomKey !== undefined ? { roomKey: kept.roomKey } : {};
  return ok({ name: isWhole ? name : null, url, partner, key, ...pinned });
}

/** Whether a text names a room that can be asked: with its scheme. */
export function isWebAddress(text: string): boolean {
  return z.url({ protocol: /^https?$/ }).safeParse(text).success;
}

/** Keeps a profile under a name. The first one kept is the current one. */
export async function keepProfile(world: Place, name: string, profile: Profile): Promise<Result<string, Refusal>> {
  const file = await readProfiles(world);
  if (!file.ok) return file;
  const { current, profiles } = file.value;
  const next: ProfilesFile = {
    concordat: "profiles/1",
    current: current ?? name,
    profiles: { ...profiles, [name]: profile },
  };
  return writePrivately(profilesPath(world), `${JSON.stringify(next, null, 2)}\n`);
}

const ENROL = "enrol first: `concordat enrol CODE --url URL --partner ID`";

type Given = z.output<typeof placeOptions>;

// A profile named on the command line is meant as it stands, whatever the environment says.
function partialPlace({ environment }: World, given: Given): Given {
  if (given.profile !== undefined) return given;
  return {
    profile: environment["CONCORDAT_PROFILE"],
    url: given.url ?? environment["CONCORDAT_URL"],
    partner: given.partner ?? environment["CONCORDAT_PARTNER"],
    key: given.key ?? environment["CONCORDAT_KEY"],
  };
}

async function readProfiles(world: Place): Promise<Result<ProfilesFile, Refusal>> {
  const path = profilesPath(world);
  const text = await readTextIfAny(path);
  if (!text.ok) return text;
  if (text.value === null) return ok({ concordat: "profiles/1", current: null, profiles: {} });
  const json = parseStrictJson(text.value);
  const file = fileSchema.safeParse(json.ok ? json.value : null);
  return file.success ? ok(file.data) : err(failed(`\`${path}\` is not a file of profiles`, "mend it or move it away"));
}

function profilesPath(world: Place): string {
  return join(configFolder(world), "profiles.json");
}
