// How questions are put in a demonstration: who asks, explained first, and the overlap that a contract is for.

import type { components } from "../../client/api-types.gen.ts";
import { type Contract, contractId } from "../../domain/contract/document.ts";
import { datasetRef } from "../../domain/dataset/schema.ts";
import type { AskedQuestion } from "../../domain/question/question.ts";
import { DemoFailure, needed } from "./stage.ts";
import { type Actor, type Actors, actorOf } from "./walk.ts";

/** A release as the room gives it. */
export type Release = components["schemas"]["Release"];

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

/** What a question would tell, and its answer. */
export async function explainedAnswer(actor: Actor, question: AskedQuestion) {
  const explained = await actor.client.call((api) => api.POST("/v1/questions/explain", { body: question }));
  const explanation = needed(explained, "explaining a question");
  if (!explanation.isPermitted) throw new DemoFailure(`denied: ${explanation.words.because.join("; ")}`);
  return { explanation, release: await answerTo(actor, question) };
}

/** The answer to a question that is permitted. */
export async function answerTo(actor: Actor, question: AskedQuestion): Promise<Release> {
  return needed(await actor.client.call((api) => api.POST("/v1/questions", { body: question })), "asking a question");
}
