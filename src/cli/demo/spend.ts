// A budget that runs out in a demonstration: one segment after the other is asked for until the owner's budget holds no
// more, which is said beforehand, refused in words, and takes nothing away that was given.

import { z } from "zod";
import { type Contract, contractId } from "../../domain/contract/document.ts";
import { datasetRef } from "../../domain/dataset/schema.ts";
import type { AskedQuestion } from "../../domain/question/question.ts";
import { overlapOf } from "./asking.ts";
import { needed, type Stage } from "./stage.ts";
import type { Actor, Actors } from "./walk.ts";

/** Asks for segments of the first contract's overlap until its budget is spent, or there are none left. */
export async function spendAll(stage: Stage, actors: Actors, [contract]: readonly Contract[]): Promise<void> {
  const asked = contract === undefined ? null : overlapOf(actors, contract);
  if (contract === undefined || asked === null) return;
  const { actor, question } = asked;
  stage.say(`   ${actor.manifest.name} goes on asking, segment by segment`);
  let answers = 0;
  for (const segment of segmentsOf(contract, question)) {
    const answer = await actor.client.call((api) => api.POST("/v1/questions", { body: segment }));
    if (answer.ok) {
      answers++;
      continue;
    }
    if (!isBudgetSpent(answer.error.extra)) continue;
    stage.tell(`     ${answers} more answers, and then: ${answer.error.detail}`);
    await stillAnswered(stage, actor, question);
    stage.note("budget", { recipient: actor.manifest.id, answers, says: answer.error.detail });
    return;
  }
  stage.say(`     ${answers} more answers, and the budget holds further ones`);
}

const refusalSchema = z.looseObject({
  reasons: z.array(z.looseObject({ pointer: z.string(), effect: z.string() })),
});

// A segment may be refused by a grant as well, which says nothing of the budget.
function isBudgetSpent(extra: unknown): boolean {
  const refusal = refusalSchema.safeParse(extra);
  const denials = refusal.success ? refusal.data.reasons.filter(({ effect }) => effect === "denies") : [];
  return denials.length > 0 && denials.every(({ pointer }) => pointer.includes("/budget/"));
}

async function stillAnswered(stage: Stage, actor: Actor, question: AskedQuestion): Promise<void> {
  const again = await actor.client.call((api) => api.POST("/v1/questions", { body: question }));
  needed(again, "asking again what was answered");
  stage.say("     what was answered before is still given, at no cost");
}

// Every value of every attribute that may choose people, one at a time.
function segmentsOf(contract: Contract, question: AskedQuestion): AskedQuestion[] {
  return contract.datasets.flatMap(({ partner, dataset, attributes }) =>
    Object.entries(attributes)
      .filter(([, { uses }]) => uses.includes("filter"))
      .flatMap(([attribute, { values }]) =>
        values.map((value) => {
          const where = [{ dataset: datasetRef(partner, dataset), attribute, in: [value] }];
          return { ...question, contract: contractId(contract), where };
        }),
      ),
  );
}
