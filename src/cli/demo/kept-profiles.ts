// What a demonstration that goes on running leaves for whoever wants to ask by hand: a profile of the command line for
// each partner and for the operator, in a folder that goes with the room.

import { join } from "node:path";
import { privateJwkOf } from "../../crypto/jwk.ts";
import { formatLogKey } from "../../crypto/log-key.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import type { Result } from "../../domain/result.ts";
import { configFolder, writePrivately } from "../files.ts";
import { keepProfile } from "../profiles.ts";
import { readRoomKey } from "../room-key.ts";
import type { Refusal } from "../terminal.ts";
import { DemoFailure } from "./stage.ts";
import type { Actor, Actors } from "./walk.ts";

type Keeping = {
  readonly room: { readonly url: string; readonly publicOrigin: string; readonly operatorKeyPath: string };
  readonly actors: Actors;
  /** Who asks where no profile is named. */
  readonly first: Actor;
  /** What XDG_CONFIG_HOME names afterwards. */
  readonly folder: string;
};

/** Keeps a profile for everybody, each with its key and the room's; lines that say how to use them. */
export async function keepProfiles({ room, actors, first, folder }: Keeping): Promise<readonly string[]> {
  const world = { environment: { XDG_CONFIG_HOME: folder }, home: folder };
  const { publicOrigin: url, operatorKeyPath } = room;
  const roomKey = formatLogKey(needed(await readRoomKey(room.url)));
  for (const { manifest, key: signingKey } of [first, ...actors.values()]) {
    const path = join(configFolder(world), "keys", `${manifest.id}.jwk`);
    const key = needed(await writePrivately(path, `${JSON.stringify(privateJwkOf(signingKey))}\n`));
    needed(await keepProfile(world, manifest.id, { url, partner: manifest.id, key, roomKey }));
  }
  needed(await keepProfile(world, OPERATOR, { url, partner: OPERATOR, key: operatorKeyPath, roomKey }));
  const others = [...actors.keys(), OPERATOR].filter((id) => id !== first.manifest.id);
  return [
    `\nOr ask on the command line as ${first.manifest.name}, in another terminal of this folder:`,
    `   export XDG_CONFIG_HOME=${folder}`,
    "   npx concordat contract list",
    `   npx concordat witness --profile ${others[0]}     # or ${others.slice(1).join(", ")}`,
  ];
}

function needed<Value>(outcome: Result<Value, Refusal>): Value {
  if (outcome.ok) return outcome.value;
  throw new DemoFailure(outcome.error.lines.join("; "));
}
