// What a command prints on standard output, for keys that a key management service gives out. Whatever goes wrong is
// told without a word of what was printed, on either stream: it may be a secret.

import { type ChildProcess, spawn } from "node:child_process";
import { LIMITS } from "../domain/limits.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { hasCode } from "./error-code.ts";

/**
 * Runs a command of the shell and takes what it prints, once it ends with 0. One that is not done in time, or prints
 * too much, is killed with everything that it started.
 */
export async function outputOf(
  command: string,
  timeoutMillis: number = LIMITS.keyCommandMillis,
): Promise<Result<string, string>> {
  const child = spawn("/bin/sh", ["-c", command], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  const late = setTimeout(() => end(child), timeoutMillis);
  const failure = new Promise<Error | null>((resolve) => {
    child.once("error", resolve);
    child.once("exit", () => resolve(null));
  });
  const [printed, failed] = await Promise.all([printedBy(child), failure]);
  clearTimeout(late);
  if (failed !== null) return refused("cannot be run by /bin/sh");
  if (printed === null) return refused(`prints more than ${LIMITS.keyDocumentBytes} bytes`);
  if (child.signalCode !== null) {
    return refused(`did not end within ${timeoutMillis / 1_000} seconds, or was ended by a signal`);
  }
  return child.exitCode === 0 ? ok(printed) : refused(`ended with ${child.exitCode}`);
}

function refused(how: string): Result<never, string> {
  return err(`the command of CONCORDAT_KEYS ${how}: run it by hand to see why, where nobody else reads along`);
}

async function printedBy(child: ChildProcess): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (child.stdout === null) throw new Error("a command was started without a pipe");
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    if (bytes > LIMITS.keyDocumentBytes) {
      end(child);
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

// The command leads a group of processes of its own, so that what it started ends with it.
function end(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (!hasCode(error, "ESRCH")) throw error;
  }
}
