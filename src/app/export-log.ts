// The whole log as it concerns a partner leaves the room: logged first, so that the file has its own entry.

import type { Checkpoint } from "../domain/audit/checkpoint.ts";
import type { Problem } from "../domain/problem.ts";
import type { Result } from "../domain/result.ts";
import { appendEntry } from "./append-entry.ts";
import type { Caller, Ports } from "./ports.ts";
import { logPieces } from "./read-log.ts";

/**
 * The export file of what the caller may read, piece by piece. A room whose log is not the one that it has signed
 * writes no entry, and gives the file all the same: that is when it is needed most.
 */
export async function exportLog(
  ports: Pick<Ports, "store" | "random" | "room" | "standing">,
  request: { readonly caller: Caller; readonly earlier: Checkpoint | null },
): Promise<Result<AsyncIterable<string>, Problem>> {
  const { caller } = request;
  const pieces = await logPieces(ports, request);
  if (!pieces.ok || ports.standing.of() !== null) return pieces;
  const happening = {
    actor: caller,
    parties: [caller.partner],
    subject: {},
    detail: { about: { kind: "everything" } },
  };
  await ports.store.write({ name: "export log", parties: [caller.partner] }, (tx) =>
    appendEntry(ports, tx, { act: "log-exported", ...happening }),
  );
  return logPieces(ports, request);
}
