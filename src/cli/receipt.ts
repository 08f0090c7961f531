// `concordat receipt`: a release, or its receipt alone, verified without the room.

import type { Command } from "commander";
import { verifyReceipt } from "../client/verify-receipt.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { grouped } from "./figures.ts";
import { readText } from "./files.ts";
import { KEY_OPTION, trustedKey } from "./room-key.ts";
import { act, type Call, type Outcome, type Terminal, unverified } from "./terminal.ts";

export function addReceipt(program: Command, terminal: Terminal): void {
  const receipt = describe(program.command("receipt"), "verify receipts without the room");
  const command = describe(receipt.command("verify <file>"), "verify a release or its receipt offline", [
    "concordat receipt verify overlap.json",
  ]).option(...KEY_OPTION);
  act(terminal, command, (call) => verify(terminal, call));
}

async function verify(terminal: Terminal, { operands, options }: Call): Promise<Outcome> {
  const key = await trustedKey(terminal, options);
  if (!key.ok) return key;
  const text = await readText(operands[0] ?? "");
  if (!text.ok) return text;
  const verified = verifyReceipt(text.value, key.value);
  if (!verified.ok) return err(unverified(verified.error));
  const { receipt, entry, checkpoint, coversAnswer } = verified.value;
  const lines = [
    `verified: release ${receipt.release} for ${receipt.recipient}, recorded at ${entry.at}`,
    `entry ${receipt.index} of the log ${checkpoint.origin}, which had ${grouped(checkpoint.size)} entries then`,
    coversAnswer ? "the answer in the file is the one that was released" : "the answer itself was not in the file",
  ];
  return ok({ json: { isVerified: true, release: receipt.release, index: receipt.index, coversAnswer }, lines });
}
