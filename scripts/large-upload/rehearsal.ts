// A large upload, rehearsed: a room in a process of its own with a stated memory, a client that is killed half-way and
// started again, and what there is to see of it. At the end the version must have every person, and the room's process
// must never have had more than its memory for lists and a stated allowance for everything else.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { generateSigningKey, type SigningKey } from "../../src/crypto/jwk.ts";
import { BESIDE_LISTS_BYTES, type HardRoom, startHardRoom } from "../../src/testing/faults/hard-room.ts";
import { LIST_SCHEMA, mustCall, textOf } from "../../src/testing/faults/small-world.ts";
import { followUpload, progressFaults, type Told } from "./events.ts";
import { largeListBytes, rowsIn } from "./list.ts";

const MIB = 1_048_576;

export type Rehearsal = {
  readonly rows: number;
  readonly bytes: number;
  /** Bytes of the list that had gone when the client was killed. */
  readonly killedAtBytes: number;
  readonly people: number;
  /** The most memory that the room's process had, and what it may have. */
  readonly peakBytes: number;
  readonly boundBytes: number;
  readonly sentSeconds: number;
  readonly sealedSeconds: number;
  /** What is wrong with all of it, in sentences; none when nothing is. */
  readonly faults: readonly string[];
};

type Wanted = {
  readonly bytes: number;
  readonly memoryMib: number;
  readonly onLine: (line: string) => void;
};

/** Sends a list of about so many bytes. */
export async function rehearse({ bytes, memoryMib, onLine }: Wanted): Promise<Rehearsal> {
  const rows = rowsIn(bytes);
  const room = await startHardRoom(`${memoryMib}MiB`);
  const directory = await mkdtemp(join(tmpdir(), "concordat-large-"));
  try {
    const member = await enrolled(room, directory);
    const sent = { upload: noUpload(), killedAtBytes: 0, people: 0, sentSeconds: 0, sealedSeconds: 0 };
    const { most } = await room.memoryDuring(async () => {
      Object.assign(sent, await sendTwice({ room, member, directory, rows, onLine }));
    });
    const boundBytes = memoryMib * MIB + BESIDE_LISTS_BYTES;
    const faults = [
      ...progressFaults(sent.upload, { rows, kills: 1 }),
      ...(sent.people === rows ? [] : [`the version has ${sent.people} people instead of ${rows}`]),
      ...(most <= boundBytes ? [] : [`the room took ${megabytes(most)}, beyond ${megabytes(boundBytes)}`]),
    ];
    const { killedAtBytes, people, sentSeconds, sealedSeconds } = sent;
    const measured = { killedAtBytes, people, peakBytes: most, boundBytes, sentSeconds, sealedSeconds };
    return { rows, bytes: largeListBytes(rows), ...measured, faults };
  } finally {
    await room.discard();
    await rm(directory, { recursive: true });
  }
}

function noUpload(): readonly Told[] {
  return [];
}

type Member = { readonly key: SigningKey; readonly keyFile: string };

async function enrolled({ origin, operator }: HardRoom, directory: string): Promise<Member> {
  const { key, privateJwk } = generateSigningKey();
  const contacts = [{ role: "privacy", email: "privacy@large.example" }];
  const manifest = { concordat: "partner/1", id: "large", name: "Large", industry: "travel", contacts, datasets: [] };
  const added = await mustCall(origin, { method: "POST", path: "/v1/partners", key: operator.key, json: manifest });
  const proof = { jwk: key.publicKey.jwk, code: textOf(added, "code") };
  await mustCall(origin, { method: "POST", path: "/v1/partners/large/keys", key, json: proof });
  await mustCall(origin, { method: "POST", path: "/v1/datasets", key, json: LIST_SCHEMA });
  const keyFile = join(directory, "key.jwk");
  await writeFile(keyFile, JSON.stringify(privateJwk), { mode: 0o600 });
  return { key, keyFile };
}

type Sending = Pick<Wanted, "onLine"> & {
  readonly room: HardRoom;
  readonly member: Member;
  readonly directory: string;
  readonly rows: number;
};

async function sendTwice(sending: Sending) {
  const { room, member, rows, onLine } = sending;
  const half = largeListBytes(rows) / 2;
  const started = performance.now();
  let upload: Promise<readonly Told[]> | null = null;
  const follow = (id: string) => {
    upload ??= followUpload({ origin: room.origin, key: member.key }, id, (told) => onLine(lineOf(told, rows)));
  };
  let killedAtBytes = 0;
  const first = sender(sending);
  for await (const said of first.says) {
    if (said.kind === "open") follow(said.upload);
    if (said.kind !== "progress" || said.bytes < half) continue;
    killedAtBytes = said.bytes;
    await first.kill();
    break;
  }
  onLine(
    `the client is killed after ${megabytes(killedAtBytes)} of ${megabytes(largeListBytes(rows))}; another goes on`,
  );
  let people = 0;
  let sealing = 0;
  for await (const said of sender(sending).says) {
    if (said.kind === "progress" && said.phase === "sealing" && sealing === 0) sealing = performance.now();
    if (said.kind === "refused") throw new Error(said.detail);
    if (said.kind === "version") people = said.people;
  }
  const [sentSeconds, sealedSeconds] = [(sealing - started) / 1_000, (performance.now() - sealing) / 1_000];
  return { upload: (await upload) ?? noUpload(), killedAtBytes, people, sentSeconds, sealedSeconds };
}

type Said =
  | { readonly kind: "open"; readonly upload: string }
  | { readonly kind: "progress"; readonly phase: "sending" | "sealing"; readonly bytes: number }
  | { readonly kind: "version"; readonly people: number }
  | { readonly kind: "refused"; readonly detail: string };

const SENDER = fileURLToPath(new URL("sender.ts", import.meta.url));

function sender({ room, member, directory, rows }: Sending) {
  const given = [room.origin, member.keyFile, join(directory, "upload"), String(rows)];
  const child = spawn(process.execPath, ["--import", "tsx", SENDER, ...given], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { says: linesOf(child), kill: () => killed(child) };
}

async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<Said> {
  if (stdout === null) throw new Error("the client has no standard output");
  for await (const line of createInterface({ input: stdout })) yield JSON.parse(line);
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

function lineOf({ phase, rows, rowsTotal, bytes }: Told, expected: number): string {
  const share = Math.floor((100 * rows) / (rowsTotal ?? expected));
  return `${phase}: ${rows.toLocaleString("en")} rows, ${share} %, ${megabytes(bytes)} as sent`;
}

/** Bytes as people read them. */
export function megabytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
