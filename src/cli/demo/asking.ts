// How questions are put in a demonstration: who asks, explained first, and the overlap that a contract is for.

import type { components } from "../../client/api-types.gen.ts";
import { type Contract, contractId } from "../../domain/contract/document.ts";
import { datasetRef } from "../../domain/dataset/schema.ts";
import type { AskedQuestion } from "../../domain/question/question.ts";
import { type Names, namesOf } from "../partner-names.ts";
import { DemoFailure, needed, type Stage } from "./stage.ts";
import { type Actor, type Actors, actorOf } from "./walk.ts";

/** A release as the room gives it. */
export type Release = components["schemas"]["Release"];

/** What everybody of a demonstration is called. */
export function namesAmong(actors: Actors): Names {
  return namesOf([...actors.values()].map(({ manifest }) => manifest));
}

/** Where a demonstration is told, and who takes part. */
export type Scene = { readonly stage: Stage; readonly actors: Actors };

/** A question and who asks it. */
export type Asked = { readonly actor: Actor; readonly question: AskedQuestion };

/** The overlap of all lists of a contract, asked by its first recipient; null where none is agreed. */
export function overlapOf(actors: Actors, contract: Contract): Asked | null {
  const agreed = contract.analyses.find((one) => one.analysis === "overlap");
  const [recipient] = agreed?.recipients ?? [];
  const [purpose] = agreed?.purposes ?? [];
  if (agreed === undefined || recipient === undefined || purpose === undefined) return null;
  const between = contract.datasets.map((one) => datasetRef(one.partner, one.dataset));
  const question = { analysis: "overlap" as const, contract: contractId(contract), purpose, between };
  const [identifier] = agreed.identifiers;
  const isMany = between.length > 2 && identifier !== undefined;
  return {
    actor: actorOf(actors, recipient),
    question: isMany ? { ...question, identifiers: [identifier] } : question,
  };
}

/** What a question would tell and cost. */
export async function explanationOf({ actor, question }: Asked) {
  const answer = await actor.client.call((api) => api.POST("/v1/questions/explain", { body: question }));
  const explanation = needed(answer, "explaining a question");
  if (!explanation.isPermitted) throw new DemoFailure(`denied: ${explanation.words.because.join("; ")}`);
  return explanation;
}

/** The answer to a question that is permitted, once those have approved it who must. */
export async function answered(scene: Scene, asked: Asked): Promise<Release> {
  const answer = await answerTo(asked);
  if (isRelease(answer)) return answer;
  await approve(scene, answer);
  const release = await answerTo(asked);
  if (isRelease(release)) return release;
  throw new DemoFailure(`the request ${release.id} is still ${release.state.kind}`);
}

type Request = components["schemas"]["ApprovalRequest"];

async function answerTo({ actor, question }: Asked): Promise<Release | Request> {
  return needed(await actor.client.call((api) => api.POST("/v1/questions", { body: question })), "asking a question");
}

// One member after the other approves, having read what the answer would tell.
async function approve({ stage, actors }: Scene, request: Request): Promise<void> {
  const path = { params: { path: { request: request.id } } };
  stage.say("     it waits: a person at each member whose terms ask for it must approve first");
  for (const partner of request.state.missing ?? []) {
    const approver = actorNamed(actors, partner);
    const shown = await approver.client.call((api) => api.GET("/v1/approvals/{request}", path));
    for (const line of needed(shown, "reading a request").explained?.words.tells ?? [])
      stage.tell(`     ${approver.manifest.name} reads: ${line}`);
    const body = { verdict: "approve" as const, because: "agreed in the campaign plan" };
    const given = await approver.client.call((api) => api.POST("/v1/approvals/{request}", { ...path, body }));
    const { state } = needed(given, "approving a request");
    const what = state.kind === "released" ? "answered and charged at that moment" : state.kind;
    stage.say(`     ${approver.manifest.name} approves: ${what}`);
  }
  stage.note("approval", { request: request.id, approvers: request.approvers });
}

function isRelease(answer: Release | Request): answer is Release {
  return "receipt" in answer;
}

function actorNamed(actors: Actors, partner: string): Actor {
  const actor = [...actors.values()].find(({ manifest }) => manifest.id === partner);
  if (actor === undefined) throw new DemoFailure(`\`${partner}\` must approve and has no folder here`);
  return actor;
}
