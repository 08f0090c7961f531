// What partners do in a simulated room. An act is drawn once, from what the room looks like then, and carried out until
// everything of it was acknowledged, through as many processes as that takes.

import type { LastGrounds } from "../../app/foresee-question.ts";
import type { KeyCaller, Ports } from "../../app/ports.ts";
import type { ContractId } from "../../domain/contract/document.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { AskedQuestion } from "../../domain/question/question.ts";
import type { Chance } from "./chance.ts";
import type { Acknowledged, Client } from "./client.ts";
import { type ANALYSES_ASKED, keyOf } from "./documents.ts";
import type { Truth, Wish } from "./truth.ts";
import type { World } from "./world.ts";

/** What partners know: what they agreed, asked and were given. */
export type Known = {
  readonly truth: Truth;
  /** Contracts that were signed by all, the newest last. */
  readonly contracts: ContractId[];
  /** What is asked in this room: few analyses, so that each is asked often enough to come to its limits. */
  readonly analyses: readonly (typeof ANALYSES_ASKED)[number][];
  /** What was asked, to be asked again. */
  readonly questions: { readonly asker: PartnerId; readonly asked: AskedQuestion }[];
  /** Answers as they were acknowledged, by the release's id. */
  readonly answers: Map<string, string>;
  readonly acknowledged: Acknowledged;
  /** What explanations remember, through every crash, as a server would that none befell. */
  readonly grounds: LastGrounds;
  /** Wishes that their partner has told the truth of. */
  readonly wished: Set<Wish>;
  /** Lists as they were collected in this step, and how often each had been before. */
  readonly collected: { readonly id: string; readonly records: readonly string[]; readonly before: number }[];
  /** Uploads that their partner left open. */
  readonly leftOpen: Map<PartnerId, string>;
  /** Names that acts and contracts have got. */
  count: number;
};

/** What an act is carried out with. */
export type Through = {
  readonly client: Client;
  readonly ports: Ports;
  /** Whether nothing else happens meanwhile and nothing goes wrong. */
  readonly isAlone: boolean;
};

export type Act = {
  readonly says: string;
  readonly partner: PartnerId;
  /** What of a partner no two acts may work on at once. */
  readonly about: "rights" | "policy" | "contract" | null;
  /** Carries it out; sentences where what came back is not what is true. */
  readonly carryOut: (through: Through) => Promise<string[]>;
};

/** Draws an act; null where there is none of its kind to be done now. */
export type Drawing = (drawn: {
  readonly world: World;
  readonly known: Known;
  readonly partner: PartnerId;
  readonly chance: Chance;
}) => Act | null;

/** A partner acting with its key. */
export const callerOf = (partner: PartnerId): KeyCaller => ({
  partner,
  thumbprint: keyOf(partner).publicKey.thumbprint,
});

/** What a partner that is refused must have been refused for. */
export function refusal(
  problem: { readonly kind: string; readonly detail: string },
  expected: readonly string[],
): string[] {
  return expected.includes(problem.kind) ? [] : [`0: refused as ${problem.kind}: ${problem.detail}`];
}
