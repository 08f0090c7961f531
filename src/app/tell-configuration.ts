// What the log tells of the room's settings: at each start a commitment to every one of them, and which differ from
// those of the start before. No value stands there, and none can be guessed from one start's commitments to another's:
// each start has a salt of its own.

import { decodeEntry } from "../domain/audit/entry.ts";
import { textDigest, toHex } from "../domain/bytes.ts";
import type { Json } from "../domain/canonical-json.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import type { Ports } from "./ports.ts";

/** Settings of a room by name, each as one text, without any secret. */
export type Settings = { readonly [name: string]: string };

/** Logs a start, and before it the names of settings that are others than at the start before. */
export async function tellStart(
  ports: Pick<Ports, "random" | "room">,
  tx: Transaction,
  { settings, version }: { readonly settings: Settings; readonly version: string },
): Promise<void> {
  const before = committedIn((await tx.log.last("room-started"))?.entry);
  const room = { actor: null, parties: [OPERATOR], subject: {} };
  const changed = before === null ? [] : changedSettings(before, settings);
  if (changed.length > 0) {
    await appendEntry(ports, tx, { act: "configuration-changed", ...room, detail: { settings: changed } });
  }
  const salt = toHex(ports.random(16));
  const committed = Object.entries(settings).map(([name, value]) => ({ name, digest: commitment(salt, name, value) }));
  await appendEntry(ports, tx, { act: "room-started", ...room, detail: { version, salt, settings: committed } });
}

type Committed = { readonly salt: string; readonly digests: ReadonlyMap<string, string> };

function changedSettings({ salt, digests }: Committed, settings: Settings): readonly string[] {
  const names = new Set([...digests.keys(), ...Object.keys(settings)]);
  return [...names].sort().filter((name) => {
    const value = settings[name];
    return value === undefined || digests.get(name) !== commitment(salt, name, value);
  });
}

function commitment(salt: string, name: string, value: string): string {
  return textDigest(`concordat setting\n${salt}\n${name}\n${value}`);
}

// A start that was logged without commitments, by an earlier version, says nothing to compare with.
function committedIn(entry: string | undefined): Committed | null {
  const decoded = entry === undefined ? null : decodeEntry(entry);
  if (decoded === null || !decoded.ok) return null;
  const { salt, settings } = decoded.value.detail;
  if (typeof salt !== "string" || !Array.isArray(settings)) return null;
  return { salt, digests: new Map(settings.flatMap(committedSetting)) };
}

function committedSetting(setting: Json): (readonly [string, string])[] {
  if (typeof setting !== "object" || setting === null || !("name" in setting) || !("digest" in setting)) return [];
  const { name, digest } = setting;
  return typeof name === "string" && typeof digest === "string" ? [[name, digest]] : [];
}
