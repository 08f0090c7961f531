// `concordat witness`: a partner follows the room's log, cosigns what follows from all it saw before, and keeps
// evidence of what does not.

import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import { z } from "zod";
import { openCheckpoint } from "../client/verify.ts";
import type { SigningKey } from "../crypto/jwk.ts";
import { rawPublicKey, verifierKey } from "../crypto/signed-note.ts";
import { LIMITS } from "../domain/limits.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { grouped } from "./figures.ts";
import { configFolder, readText, readTextIfAny } from "./files.ts";
import { makeKey, readKey } from "./key-file.ts";
import { pinnedKey, trustedKey } from "./room-key.ts";
import { openSession } from "./session.ts";
import {
  act,
  type Call,
  EXIT,
  type Outcome,
  type Refusal,
  type Terminal,
  type Told,
  tell,
  unverified,
} from "./terminal.ts";
import { holdMemory, readMemory, type WitnessMemory } from "./witness-memory.ts";
import { type Rounded, type Witness, witnessKeyText, witnessRound } from "./witness-round.ts";

const optionsSchema = z.object({
  once: z.boolean().optional(),
  interval: z.coerce.number().int().min(1).max(LIMITS.witnessRoundSeconds).optional(),
  memory: z.string().optional(),
  witnessKey: z.string().optional(),
  name: z.string().optional(),
  from: z.string().optional(),
  roomKey: z.string().optional(),
  json: z.boolean().optional(),
});
type Options = z.output<typeof optionsSchema>;

export function addWitness(program: Command, terminal: Terminal): void {
  const command = describe(
    program.command("witness"),
    "follow the room's log, check that it only grows, and cosign it; exit code 5 with evidence when it does not",
    ["concordat witness                 # until it is told to stop", "concordat witness --once --json   # for scripts"],
  )
    .option("--once", "one round, then end")
    .option("--interval <seconds>", `between two rounds (default: ${LIMITS.witnessRoundSeconds}, at the most)`)
    .option("--memory <file>", "what it has seen, of mode 0600 (default: in the configuration folder)")
    .option("--witness-key <file>", "the key that cosigns, made at the first round (default: beside the memory)")
    .option("--name <name>", "what its lines are called: your id, a slash, a name (default: <your id>/witness)")
    .option("--room-key <key>", "the room's verifier key, or a file with it (default: as pinned in the profile)")
    .option("--from <file>", "at the first round: a checkpoint kept from earlier, which the log must extend");
  act(terminal, command, (call) => witness(terminal, call));
}

async function witness(terminal: Terminal, call: Call): Promise<Outcome> {
  const options = optionsSchema.parse(call.options);
  const ready = await prepare(terminal, call, options);
  if (!ready.ok) return ready;
  const hold = await holdMemory(ready.value.memoryPath);
  if (!hold.ok) return hold;
  try {
    if (options.once !== true) return await follow(terminal, ready.value, options);
    const done = await round(ready.value, options);
    return done.ok ? ok(toldOf(ready.value, done.value)) : done;
  } finally {
    await hold.value();
  }
}

async function prepare(
  terminal: Terminal,
  { options: all }: Call,
  options: Options,
): Promise<Result<Witness, Refusal>> {
  const { world } = terminal;
  const session = await openSession(terminal, all);
  if (!session.ok) return session;
  const { roomKey: given } = options;
  const roomKey = given === undefined ? await pinnedKey(terminal, all) : await trustedKey(terminal, { key: given });
  if (!roomKey.ok) return roomKey;
  const { partner, name: profile } = session.value.profile;
  const folder = join(configFolder(world), "witness");
  const memoryPath = options.memory ?? join(folder, `${profile ?? partner}.json`);
  const key = await ownKey(options.witnessKey ?? `${memoryPath.replace(/\.json$/, "")}.jwk`);
  if (!key.ok) return key;
  const roomKeyText = verifierKey(roomKey.value.name, rawPublicKey(roomKey.value.key));
  const name = options.name ?? `${partner}/witness`;
  const { clock } = world;
  return ok({ session: session.value, roomKey: roomKey.value, roomKeyText, key: key.value, name, memoryPath, clock });
}

async function ownKey(path: string): Promise<Result<SigningKey, Refusal>> {
  const text = await readTextIfAny(path);
  if (!text.ok) return text;
  return text.value === null ? makeKey(path) : readKey(path);
}

async function startingMemory(
  { memoryPath, roomKey, roomKeyText }: Witness,
  { from }: Options,
): Promise<Result<WitnessMemory | null, Refusal>> {
  const memory = await readMemory(memoryPath);
  if (!memory.ok) return memory;
  if (memory.value !== null && memory.value.key !== roomKeyText) {
    return err(unverified(`\`${memoryPath}\` is the memory of another log than that of the key pinned`));
  }
  if (memory.value !== null || from === undefined) return memory;
  const note = await readText(from);
  if (!note.ok) return note;
  const opened = openCheckpoint(note.value, roomKey);
  if (!opened.ok) return err(unverified(`\`${from}\`: ${opened.error}`));
  return ok({ key: roomKeyText, checkpoint: note.value, isTaken: false });
}

// What was remembered last counts, on disk: a round that broke off after it remembered has no other trace.
async function round(own: Witness, options: Options): Promise<Result<Rounded, Refusal>> {
  const memory = await startingMemory(own, options);
  return memory.ok ? witnessRound(own, memory.value) : memory;
}

// Ends at a contradiction or when it is told to; a room that cannot be reached is asked again in the next round.
async function follow(terminal: Terminal, own: Witness, options: Options): Promise<Outcome> {
  const stop = new AbortController();
  void Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]).then(() => stop.abort());
  const pause = (options.interval ?? LIMITS.witnessRoundSeconds) * 1_000;
  while (!stop.signal.aborted) {
    const done = await round(own, options);
    if (!done.ok && done.error.exit === EXIT.unverified) return done;
    if (!done.ok || done.value.kind !== "unchanged") {
      tell(terminal, done.ok ? ok(toldOf(own, done.value)) : done, options.json === true);
    }
    await wait(pause, undefined, { signal: stop.signal }).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
  }
  return ok({ json: { kind: "stopped" }, lines: ["stopped"] });
}

function toldOf(own: Witness, { kind, size, cosignatures }: Rounded): Told {
  const key = witnessKeyText(own);
  const json = { kind, size, cosignatures, witness: own.name, key, memory: own.memoryPath };
  if (kind === "unchanged")
    return { json, lines: [`nothing new: the log's checkpoint of ${grouped(size)} is cosigned`] };
  if (kind === "older")
    return { json, lines: [`the room shows an older checkpoint than ${grouped(size)}; not cosigned`] };
  const others = `${cosignatures} ${cosignatures === 1 ? "witness has" : "witnesses have"} cosigned it`;
  return { json, lines: [`cosigned: ${grouped(size)} entries, as ${own.name}; ${others}`, `key: ${key}`] };
}
