// `concordat receipt`: a release, or its receipt alone, verified without the room, and completed with what witnesses
// say.

import type { Command } from "commander";
import { z } from "zod";
import { type VerifiedReceipt, verifyReceipt } from "../client/verify-receipt.ts";
import { type VerifiedWitnessed, verifyWitnessed } from "../client/verify-witnessed.ts";
import { parseCosignerKey } from "../crypto/cosignature.ts";
import type { LogKey } from "../crypto/log-key.ts";
import type { VerifierKey } from "../crypto/signed-note.ts";
import { isoInstant, unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { grouped } from "./figures.ts";
import { readText, writePrivately } from "./files.ts";
import { KEY_OPTION, pinnedKey, trustedKey } from "./room-key.ts";
import { actInRoom, type SessionCall } from "./session.ts";
import {
  act,
  type Call,
  misused,
  type Outcome,
  type Refusal,
  refusedByRoom,
  type Terminal,
  unverified,
} from "./terminal.ts";

const optionsSchema = z.object({
  witnessed: z.string().optional(),
  witness: z.array(z.string()).optional(),
  witnesses: z.coerce.number().int().min(1).max(LIMITS.cosignaturesShown).optional(),
  out: z.string().optional(),
});

export function addReceipt(program: Command, terminal: Terminal): void {
  const receipt = describe(program.command("receipt"), "verify receipts without the room");
  const command = describe(receipt.command("verify <file>"), "verify a release or its receipt offline", [
    "concordat receipt verify overlap.json",
    "concordat receipt verify overlap.json --witnessed overlap.witnessed.json --witness harbour-yachts/witness+…",
  ])
    .option("--witnessed <file>", "what `receipt witnessed` fetched: the entry under a cosigned checkpoint")
    .option("--witness <key...>", "keys of witnesses that you trust, each from the partner whose witness it is")
    .option(...KEY_OPTION);
  act(terminal, command, (call) => verify(terminal, call));
  actInRoom(
    terminal,
    describe(receipt.command("witnessed <file>"), "fetch where a receipt's entry stands under a cosigned checkpoint", [
      "concordat receipt witnessed overlap.json -o overlap.witnessed.json",
    ])
      .option("--witnesses <count>", "the first checkpoint that so many have cosigned (default: 1)")
      .option("-o, --out <file>", "where it goes (default: standard output)"),
    fetchWitnessed,
  );
}

async function verify(terminal: Terminal, { operands, options }: Call): Promise<Outcome> {
  const key = await trustedKey(terminal, options);
  if (!key.ok) return key;
  const verified = await verifiedReceipt(operands[0] ?? "", key.value);
  if (!verified.ok) return verified;
  const completed = await completion(verified.value, key.value, optionsSchema.parse(options));
  if (!completed.ok) return completed;
  const { receipt, entry, checkpoint, coversAnswer } = verified.value;
  const lines = [
    `verified: release ${receipt.release} for ${receipt.recipient}, recorded at ${entry.at}`,
    `entry ${receipt.index} of the log ${checkpoint.origin}, which had ${grouped(checkpoint.size)} entries then`,
    coversAnswer ? "the answer in the file is the one that was released" : "the answer itself was not in the file",
    ...(completed.value === null ? [] : witnessLines(completed.value)),
  ];
  const cosignedBy = completed.value?.cosignedBy.map(({ name }) => name) ?? [];
  const json = { isVerified: true, release: receipt.release, index: receipt.index, coversAnswer, cosignedBy };
  return ok({ json, lines });
}

async function verifiedReceipt(path: string, key: LogKey): Promise<Result<VerifiedReceipt, Refusal>> {
  const text = await readText(path);
  if (!text.ok) return text;
  const verified = verifyReceipt(text.value, key);
  return verified.ok ? verified : err(unverified(verified.error));
}

type Options = z.output<typeof optionsSchema>;

// A witness that was named and is not there is a failure: whoever names it wants its word.
async function completion(
  { receipt }: VerifiedReceipt,
  room: LogKey,
  { witnessed, witness }: Options,
): Promise<Result<VerifiedWitnessed | null, Refusal>> {
  if (witnessed === undefined) {
    return witness === undefined
      ? ok(null)
      : err(misused("--witness needs --witnessed FILE", "fetch it: `concordat receipt witnessed`"));
  }
  const text = await readText(witnessed);
  if (!text.ok) return text;
  const witnesses: VerifierKey[] = [];
  for (const given of witness ?? []) {
    const key = parseCosignerKey(given);
    if (!key.ok)
      return err(misused(`\`${given}\` is no key of a witness`, "as `concordat audit witnesses` shows them"));
    witnesses.push(key.value);
  }
  const verified = verifyWitnessed(receipt, text.value, { room, witnesses });
  if (!verified.ok) return err(unverified(verified.error));
  const missing = witnesses.find(({ name }) => !verified.value.cosignedBy.some((one) => one.name === name));
  return missing === undefined ? verified : err(unverified(`\`${missing.name}\` has not cosigned that checkpoint`));
}

function witnessLines({ size, cosignedBy }: VerifiedWitnessed): string[] {
  const lines = cosignedBy.map(
    ({ name, atSeconds }) => `cosigned by ${name} at ${isoInstant(unixMillis(atSeconds * 1_000))}`,
  );
  return [`the entry stands under a published checkpoint of ${grouped(size)} entries`, ...lines];
}

async function fetchWitnessed({ session, operands, options, terminal }: SessionCall): Promise<Outcome> {
  const key = await pinnedKey(terminal, options);
  if (!key.ok) return key;
  const verified = await verifiedReceipt(operands[0] ?? "", key.value);
  if (!verified.ok) return verified;
  const { index } = verified.value.receipt;
  const { out, witnesses } = optionsSchema.parse(options);
  const params = { path: { index }, query: witnesses === undefined ? {} : { witnesses } };
  const answer = await session.client.call((api) => api.GET("/v1/audit/witnessed/{index}", { params }));
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const text = `${JSON.stringify(answer.value)}\n`;
  if (out === undefined) return ok({ text });
  const written = await writePrivately(out, text);
  return written.ok ? ok({ json: { out }, lines: [`where entry ${index} stands is in ${out}`] }) : written;
}
