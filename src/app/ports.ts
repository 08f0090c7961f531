// What use cases are given: the ports of the world, the room's own identity, and the place where a reply is kept.

import type { SigningKey } from "../crypto/jwk.ts";
import type { LogKey } from "../crypto/log-key.ts";
import type { Contradiction } from "../domain/audit/comparison.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { PersonId } from "../domain/person/person.ts";
import type { RandomBytes } from "../domain/privacy/random.ts";
import type { Problem } from "../domain/problem.ts";
import type { Result } from "../domain/result.ts";
import type { Clock } from "../ports/clock.ts";
import type { ErasureMemory } from "../ports/erasure-memory.ts";
import type { IdentityProvider } from "../ports/identity-provider.ts";
import type { KeptHandOver, KeyRing } from "../ports/key-ring.ts";
import type { LogMemory } from "../ports/log-memory.ts";
import type { Matcher } from "../ports/matcher.ts";
import type { ProgressState, Servers, Turn } from "../ports/servers.ts";
import type { Act, Store, Transaction } from "../ports/store.ts";
import type { LastGrounds } from "./foresee-question.ts";

/** The keys of the room's log: the one that signs, those before it, and the one that may follow. */
export type LogKeys = {
  /** The log's first key, with those that it led to: what checkpoints of the room verify with. */
  readonly known: () => LogKey;
  /** The key of a thumbprint, or the first where that is null. Secret. @throws for one that the room does not hold */
  readonly signer: (thumbprint: string | null) => SigningKey;
  /** The key that is to follow, made where the source can be written; a sentence where there is none. Secret. */
  readonly next: () => Promise<Result<SigningKey, string>>;
  /** Reads the keys again, and who follows whom: another server may have handed the log over. */
  readonly refresh: () => Promise<void>;
  /** Follows a hand-over that the log holds, keeps it beside the keys, and has their source forget the former one. */
  readonly follow: (handOver: KeptHandOver) => Promise<void>;
};

/** The room as others know it: its name in checkpoints, and the key that signs receipts and checkpoints. */
export type Room = {
  readonly origin: string;
  readonly logKeys: LogKeys;
  /** When a checkpoint is published for witnesses: so many seconds or entries after the last one, at the most. */
  readonly publishing: { readonly seconds: number; readonly entries: number };
  /** Wraps partners' data keys, and what the room seals for itself. Secret. */
  readonly keyRing: KeyRing;
};

/** Where the progress of running uploads is told; it lives in memory, since a restart ends what runs. */
export type Progress = {
  readonly tell: (upload: string, state: ProgressState | null) => void;
  readonly of: (upload: string) => ProgressState | null;
};

/** What is at work on uploads and may be told to end; it lives in memory, as the work does. */
export type Running = {
  /** Does work that ends soon after its signal is aborted. */
  readonly during: <Value>(upload: string, work: (signal: AbortSignal) => Promise<Value>) => Promise<Value>;
  /** Aborts the signal of everything at work on the upload. */
  readonly cancel: (upload: string) => void;
  /** The uploads on which this server is at work. */
  readonly all: () => readonly string[];
};

/** Does work of a partner, or answers null when as much of it as may be is under way already. */
export type Bounded = <Value>(partner: PartnerId, work: () => Promise<Value>) => Promise<Value> | null;

/** Turns at something that does so much at once: party after party, whoever brought how much. */
export type FairTurns = {
  /** Does the work when it is the party's turn; it is told whether it had to wait, so that what it knows may be old. */
  readonly take: <Value>(party: string, work: (hasWaited: boolean) => Promise<Value>) => Promise<Value>;
  /** How much is being done, and how much waits. */
  readonly underWay: () => number;
  readonly waiting: () => number;
};

/** A store for work in turns: once one of them may be another server's, no transaction begins or commits. */
export function storeInTurn(store: Store, ...turns: readonly Turn[]): Store {
  const assertHeld = () => {
    for (const turn of turns) turn.check();
  };
  const whileHeld =
    (run: Store["write"]): Store["note"] =>
    async ({ name, parties }, work) => {
      assertHeld();
      return run({ name, parties }, async (tx) => {
        const value = await work(tx);
        assertHeld();
        return value;
      });
    };
  return { ...store, read: whileHeld(store.read), note: whileHeld(store.note), write: whileHeld(store.write) };
}

/** What came of work, or null when it failed after it was told to end: why does not matter then. */
export function unlessAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value | null> {
  return work.catch((failure: unknown) => {
    if (signal.aborted) return null;
    throw failure;
  });
}

/** Whether the room's log is the one that it has signed; once it is found not to be, until the room starts again. */
export type Standing = {
  readonly of: () => Contradiction | null;
  readonly fall: (contradiction: Contradiction) => void;
};

/** How long a question took in the engine, and what it was like: nothing that it asked for, and nobody's names. */
export type QuestionTimes = {
  readonly requestId: string | null;
  readonly analysis: string;
  readonly mode: string;
  readonly identifiers: number;
  /** Conditions on attributes, without their values. */
  readonly clauses: number;
  /** People of each list. */
  readonly people: readonly number[];
  /** What the engine was asked, in order, with milliseconds each. */
  readonly steps: readonly { readonly step: string; readonly millis: number }[];
  readonly waitedMillis: number;
  /** From the wait for a turn to the last step. */
  readonly millis: number;
};

export type Ports = {
  readonly store: Store;
  readonly memory: LogMemory;
  readonly erasureMemory: ErasureMemory;
  readonly standing: Standing;
  readonly matcher: Matcher;
  readonly identity: IdentityProvider;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly room: Room;
  readonly progress: Progress;
  readonly inTurn: Servers["inTurn"];
  readonly makingFiles: Servers["makingFiles"];
  readonly sweeping: Servers["sweeping"];
  readonly running: Running;
  /** Parts of lists on their way in. */
  readonly receiving: Bounded;
  /** Questions that are being answered. */
  readonly asking: Bounded;
  /** What questions were permitted on last. */
  readonly grounds: LastGrounds;
  /** Turns at the engine: for questions, and for lists to be sealed. */
  readonly questionTurns: FairTurns;
  readonly sealingTurns: FairTurns;
  /** Waits before work whose ground has changed meanwhile is tried once more: longer from try to try. */
  readonly restBefore: (tries: number) => Promise<void>;
  /** Told of every question that the engine compared lists for. */
  readonly noteQuestion: (times: QuestionTimes) => void;
};

/** A partner that acts with a key of its own, which signed the request. */
export type KeyCaller = { readonly partner: PartnerId; readonly thumbprint: string; readonly requestId?: string };

/** A partner for which one of its people acts, in a session of the console. */
export type PersonCaller = { readonly partner: PartnerId; readonly person: PersonId; readonly requestId?: string };

/** A partner whose lists a party that it trusts acts upon, on behalf of people: it asks for their deletion. */
export type RequesterCaller = { readonly partner: PartnerId; readonly requester: string };

/** Who asks: the partner, what acted for it, and by which request, which the log names beside the act. */
export type Caller = KeyCaller | PersonCaller;

/** The key or the person that acted, as one name: thumbprints and ids of people are never alike. */
export function handOf(caller: Caller): string {
  return "person" in caller ? caller.person : caller.thumbprint;
}

/** Keeps the reply to a request in the transaction of its effect, so that a retry gets the same bytes. */
export type Keeping<Value> = { readonly keep: (tx: Transaction, outcome: Result<Value, Problem>) => Promise<void> };

/** Runs one logged act whose outcome, good or refused, is kept with it. */
export function settle<Value>(
  ports: Pick<Ports, "store"> & Keeping<Value>,
  act: Act,
  work: (tx: Transaction) => Promise<Result<Value, Problem>>,
): Promise<Result<Value, Problem>> {
  return ports.store.write(act, async (tx) => {
    const outcome = await work(tx);
    await ports.keep(tx, outcome);
    return outcome;
  });
}
