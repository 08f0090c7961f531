// What a room does by itself while it runs: publishes checkpoints, watches that its log is the one that it has signed,
// and keeps house. Nothing of it is done by a room that is read-only.

import { type Contradiction, contradictionInWords } from "../domain/audit/comparison.ts";
import { LIMITS } from "../domain/limits.ts";
import { eraseRequested } from "./erase-requested.ts";
import { keepHouse } from "./keep-house.ts";
import { lookAround } from "./look-around.ts";
import type { Ports } from "./ports.ts";
import { publishRound, roundMillis } from "./publish-checkpoint.ts";
import { rememberErasures } from "./remember-erasures.ts";
import { everybody, sweepRoom } from "./start-room.ts";

type RoundsNeed =
  | ("store" | "restBefore" | "matcher" | "random" | "room" | "memory" | "erasureMemory" | "standing")
  | ("progress" | "inTurn" | "running" | "makingFiles" | "sweeping");

/** Where the operator is told what went wrong in a round. */
export type Teller = (outcome: string, failure: unknown) => void;

/**
 * Starts the rounds. A round that fails is told and tried again with the next one.
 * @returns ends them when the running ones have; the last checkpoint is remembered once more on the way
 */
export function keepRounds(ports: Pick<Ports, RoundsNeed>, tell: Teller): () => Promise<void> {
  const isSound = () => ports.standing.of() === null;
  const publish = async () => {
    const wasSound = isSound();
    await publishRound(ports);
    const contradiction = ports.standing.of();
    if (wasSound && contradiction !== null) tell(readOnlyNote(contradiction), null);
  };
  const house = rounds(LIMITS.houseMillis, {
    work: async () => isSound() && tidyUp(ports),
    failed: (failure) => tell("house not kept", failure),
  });
  const deletions = rounds(LIMITS.deletionMillis, {
    work: async () => isSound() && eraseRequested(ports),
    failed: (failure) => tell("deletions not carried out", failure),
  });
  const publishing = rounds(roundMillis(ports.room), {
    work: publish,
    failed: (failure) => tell("no checkpoint published", failure),
  });
  const looking = rounds(LIMITS.lookAroundMillis, {
    work: () => lookAround(ports),
    failed: (failure) => tell("other servers not looked at", failure),
  });
  return async () => {
    await looking();
    await house();
    await deletions();
    await publishing();
    await publish().catch((failure: unknown) => tell("last checkpoint not remembered", failure));
  };
}

// What one server has done is not due for the next. Files that a server left which was killed are deleted as well.
function tidyUp(ports: Parameters<typeof keepRounds>[0]): Promise<void> {
  return ports.inTurn("house", async () => {
    await keepHouse(ports);
    await rememberErasures(ports, await everybody(ports));
    await sweepRoom(ports);
  });
}

/** What the operator of a read-only room is told. */
export function readOnlyNote(contradiction: Contradiction): string {
  const says = `the room signs nothing and is read-only: ${contradictionInWords(contradiction)}`;
  const mend = "stop it, bring its latest database back, or restore its latest backup, and start it again";
  return `${says}.${lossOf(contradiction)} Reading and verifying go on. What to do: ${mend}`;
}

function lossOf(contradiction: Contradiction): string {
  if (contradiction.kind !== "behind") return "";
  const entries = contradiction.shown.size - contradiction.size;
  const last = entries === 1 ? "the last entry" : `the last ${entries} entries`;
  return ` What ${last} stood for, answers and what they spent among it, is not in this database.`;
}

type Round = { readonly work: () => Promise<unknown>; readonly failed: (failure: unknown) => void };

function rounds(millis: number, { work, failed }: Round): () => Promise<unknown> {
  let round: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(work).catch(failed);
  }, millis);
  timer.unref();
  return () => {
    clearInterval(timer);
    return round;
  };
}
