// Partners who keep a room busy and do not mind that it dies: every call is sent, with the same idempotency key, until
// it is answered. What was asked, what was answered and what is still open is kept for the checks.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { signedPolicy } from "../../client/sign-policy.ts";
import { type Answer, type SignedCall, signedCall } from "../signed-call.ts";
import {
  audienceQuestion,
  contractOfMembers,
  type Keys,
  listOfPeople,
  MEMBERS,
  type Member,
  overlapQuestion,
  policyOfMember,
  type Range,
  sha256Hex,
  signatureOf,
  textOf,
} from "./small-world.ts";

export const KINDS = ["open", "part", "commit", "offer", "sign", "overlap", "audience", "policy"] as const;
export type Kind = (typeof KINDS)[number];

/** One call of a partner's, answered or not; it is under way once it was sent for the first time. */
export type Sent = {
  readonly kind: Kind;
  readonly by: Member;
  readonly call: SignedCall;
  isUnderWay: boolean;
  answer: Answer | null;
};

export type BusyRoom = {
  readonly sent: readonly Sent[];
  /** The people whom each upload brings, by the upload's id. */
  readonly uploads: ReadonlyMap<string, Range>;
  /** Resolves when a call of this kind is sent next. Fails with what a partner failed with. */
  readonly next: (kind: Kind) => Promise<void>;
  /** What the last answered call of this kind took, in milliseconds. */
  readonly millisOf: (kind: Kind) => number;
  /** Keeps the partners from sending anything more, at once; resolves when nothing is under way. */
  readonly hush: () => Promise<void>;
  /** Lets them go on. */
  readonly resume: () => void;
  /** Lets everybody end what it has begun, and resolves when all have. Fails with what a partner failed with. */
  readonly end: () => Promise<void>;
};

type Busy = {
  /** What is signed for. */
  readonly origin: string;
  /** Where the next call is sent: to the server, or to one of several. */
  readonly server: () => string;
  readonly keys: Keys;
  readonly contract: string;
  readonly random: (below: number) => number;
};

/** Starts the partners. They wait for the first `resume`. */
export function busyRoom(busy: Busy): BusyRoom {
  const state: State = {
    ...busy,
    sent: [],
    uploads: new Map(),
    running: new Set(),
    awaited: new Map(),
    millis: new Map(),
    gate: gate(),
    isEnding: false,
    questions: 0,
  };
  const partners = Promise.all([
    uploads(state, "alba-travel", 0),
    uploads(state, "boreal-boats", 120),
    questions(state, "alba-travel", "boreal-boats"),
    questions(state, "boreal-boats", "alba-travel"),
    contracts(state),
    policies(state),
  ]);
  // A failure is told to whoever waits next; until then it must not end the process.
  void Promise.allSettled([partners]);
  return {
    sent: state.sent,
    uploads: state.uploads,
    next: async (kind) => {
      const sent = new Promise<void>((resolve) => state.awaited.set(kind, resolve));
      await Promise.race([sent, partners]);
    },
    millisOf: (kind) => state.millis.get(kind) ?? FIRST_GUESS_MILLIS,
    hush: async () => {
      if (state.gate.isOpen) state.gate = gate();
      while (state.running.size > 0) await sleep(2);
    },
    resume: () => state.gate.open(),
    end: async () => {
      state.isEnding = true;
      await partners;
    },
  };
}

type State = Busy & {
  readonly sent: Sent[];
  readonly uploads: Map<string, Range>;
  readonly running: Set<Sent>;
  readonly awaited: Map<Kind, () => void>;
  readonly millis: Map<Kind, number>;
  gate: Gate;
  isEnding: boolean;
  questions: number;
};

type Gate = { readonly passed: Promise<void>; readonly open: () => void; isOpen: boolean };

const FIRST_GUESS_MILLIS = 40;

function gate(): Gate {
  let pass: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  const made: Gate = {
    passed,
    isOpen: false,
    open: () => {
      made.isOpen = true;
      pass();
    },
  };
  return made;
}

async function uploads(state: State, by: Member, offset: number): Promise<void> {
  while (!state.isEnding) {
    const range = { from: offset + state.random(60), until: offset + 300 + state.random(600) };
    const middle = Math.floor((range.from + range.until) / 2);
    const opened = await patient(state, "open", {
      by,
      method: "POST",
      path: "/v1/datasets/customers/uploads",
      json: {},
    });
    const path = `/v1/uploads/${textOf(opened, "id")}`;
    state.uploads.set(textOf(opened, "id"), range);
    const parts = [
      listOfPeople({ from: range.from, until: middle }, true),
      listOfPeople({ from: middle, until: range.until }, false),
    ];
    for (const [index, bytes] of parts.entries()) {
      const part = { method: "PUT", path: `${path}/parts/${index + 1}`, bytes, contentType: "text/csv" };
      await patient(state, "part", { by, ...part });
    }
    const commit = { method: "POST", path: `${path}/commit`, json: { parts: parts.map(sha256Hex) } };
    await patient(state, "commit", { by, ...commit });
    await sleep(state.random(150));
  }
}

// Every question is asked under one key alone, so that it may have one release alone.
async function questions(state: State, by: Member, other: Member): Promise<void> {
  while (!state.isEnding) {
    const number = ++state.questions;
    const isAudience = number % 4 === 0;
    const make = isAudience ? audienceQuestion : overlapQuestion;
    const json = make(state.contract, [by, other], number);
    const ask = { method: "POST", path: "/v1/questions", json };
    await patient(state, isAudience ? "audience" : "overlap", { by, ...ask });
    await sleep(state.random(40));
  }
}

async function contracts(state: State): Promise<void> {
  for (let round = 1; !state.isEnding; round++) {
    const contract = contractOfMembers(`season-${round}`);
    const offer = { method: "POST", path: "/v1/contracts", json: contract };
    const id = textOf(await patient(state, "offer", { by: MEMBERS[0], ...offer }), "id");
    for (const by of MEMBERS) {
      const json = signatureOf(state.keys[by], contract);
      await patient(state, "sign", { by, method: "POST", path: `/v1/contracts/${id}/signatures`, json });
      await sleep(state.random(40));
    }
  }
}

async function policies(state: State): Promise<void> {
  for (let version = 2; !state.isEnding; version++) {
    const json = signedPolicy(state.keys["corvo-bank"], policyOfMember("corvo-bank", version));
    await patient(state, "policy", { by: "corvo-bank", method: "PUT", path: "/v1/policy", json });
    await sleep(state.random(120));
  }
}

type Unsigned = Omit<SignedCall, "key" | "idempotencyKey"> & { readonly by: Member };

async function patient(state: State, kind: Kind, { by, ...unsigned }: Unsigned): Promise<Answer> {
  const sent: Sent = {
    kind,
    by,
    call: { ...unsigned, key: state.keys[by], idempotencyKey: randomUUID() },
    isUnderWay: false,
    answer: null,
  };
  state.sent.push(sent);
  for (;;) {
    await state.gate.passed;
    const answer = await attempt(state, sent);
    if (answer === null || answer.status >= 500 || answer.body["type"] === "/problems/idempotency-in-flight") {
      await sleep(5);
      continue;
    }
    if (answer.status >= 400) throw new Error(`${kind} by ${by}: ${answer.status} ${answer.text}`);
    sent.answer = answer;
    return answer;
  }
}

/** The answer, or null when the room died under the call. */
async function attempt(state: State, sent: Sent): Promise<Answer | null> {
  state.running.add(sent);
  sent.isUnderWay = true;
  state.awaited.get(sent.kind)?.();
  state.awaited.delete(sent.kind);
  const started = performance.now();
  try {
    const answer = await signedCall(state.origin, sent.call, state.server());
    state.millis.set(sent.kind, performance.now() - started);
    return answer;
  } catch (error) {
    // What fetch throws when a connection breaks or is refused.
    if (error instanceof TypeError) return null;
    throw error;
  } finally {
    state.running.delete(sent);
  }
}
