// Questions are asked, asked again, approved or denied, and lists of people collected.

import { type Answer, askQuestion } from "../../app/ask-question.ts";
import { collectAudience } from "../../app/collect-audience.ts";
import { decideRequest } from "../../app/decide-request.ts";
import { explainQuestion } from "../../app/explain-question.ts";
import { foresee, type LastGrounds, lastGrounds } from "../../app/foresee-question.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import { type AskedQuestion, isForList, questionSchema } from "../../domain/question/question.ts";
import type { Store } from "../../ports/store.ts";
import { type Act, callerOf, type Drawing, type Known, refusal } from "./act.ts";
import type { Chance } from "./chance.ts";
import { keyOf, listOf, MEMBERS } from "./documents.ts";

/** Asks something new, or something that was asked before. */
export const askSomething: Drawing = ({ world, known, partner, chance }) => {
  const contract = known.contracts.at(-1);
  if (contract === undefined) return null;
  const own = known.questions.filter(({ asker }) => asker === partner);
  const isAgain = own.length > 0 && chance.happens(45);
  const asked = isAgain
    ? chance.pick(own).asked
    : draw(chance, { partner, contract, analysis: chance.pick(known.analyses) });
  if (!isAgain) known.questions.push({ asker: partner, asked });
  return asking(known, world.store, { partner, asked });
};

type Drawn = Pick<AskedQuestion, "analysis"> & { readonly partner: PartnerId; readonly contract: string };

function draw(chance: Chance, { partner, contract, analysis }: Drawn): AskedQuestion {
  const other = chance.pick(MEMBERS.filter((one) => one !== partner));
  const lists = (chance.happens(15) ? MEMBERS : [partner, other]).map(listOf);
  const where = chance.happens(30) ? [{ dataset: listOf(other), attribute: "tier", in: ["silver"] }] : [];
  const asked = { analysis, contract, purpose: "insight", where, epsilon: chance.pick(["0.5", "0.5", "0.4", "1"]) };
  switch (analysis) {
    case "overlap":
      return questionSchema.parse({
        ...asked,
        between: lists,
        ...(lists.length > 2 ? { identifiers: ["email"] } : {}),
      });
    case "crosstab": {
      const by = [{ dataset: listOf(other), attribute: "tier" }];
      return questionSchema.parse({ ...asked, between: [listOf(partner), listOf(other)], by });
    }
    case "affinity":
      return questionSchema.parse({
        ...asked,
        among: listOf(partner),
        segments: { dataset: listOf(other), attribute: "tier" },
      });
    case "trend": {
      const by = chance.happens(40) ? { by: [{ dataset: listOf(other), attribute: "tier" }] } : {};
      return questionSchema.parse({ ...asked, between: [listOf(partner), listOf(other)], ...by });
    }
    default: {
      const people = { from: listOf(partner), matching: listOf(other), channel: chance.pick(["email", "post"]) };
      return questionSchema.parse({ ...asked, purpose: "activation", ...people });
    }
  }
}

const MAY_REFUSE = ["not-permitted", "no-version", "contract-not-in-force", "too-many-waiting", "unavailable"];

type Asking = { readonly partner: PartnerId; readonly asked: AskedQuestion };

function asking(known: Known, store: Store, { partner, asked }: Asking): Act {
  const explain = (grounds: LastGrounds) => explainQuestion({ store, grounds }, { caller: callerOf(partner), asked });
  return {
    says: `asks ${asked.analysis} ${JSON.stringify({ ...asked, contract: undefined, analysis: undefined })}`,
    partner,
    about: null,
    carryOut: async ({ client, isAlone }) => {
      // Foretold by one that has nothing in memory, so that what is remembered is held to what is read.
      const foretold = isAlone ? await explain(lastGrounds(0)) : null;
      if (isAlone && JSON.stringify(await explain(known.grounds)) !== JSON.stringify(foretold))
        return ["3: what is remembered of a question explains it otherwise than what is read"];
      const answered = await client.once<Answer>("ask", (ports) =>
        askQuestion(ports, { caller: callerOf(partner), asked }),
      );
      if (isAlone) await explain(known.grounds);
      const foreseen = foresee(known.grounds, { recipient: partner, asked });
      if (foreseen !== null && isForList(foreseen.question) && foreseen.recalled !== null)
        return ["3: it is remembered of a list what it rested on, and not read"];
      const isDenied = !answered.ok && answered.error.kind === "not-permitted";
      if (foretold?.ok === true && foretold.value.isPermitted === isDenied)
        return [`3: a question was ${isDenied ? "denied" : "permitted"} and its documents say otherwise`];
      if (!answered.ok) return refusal(answered.error, MAY_REFUSE);
      if (answered.value.kind === "waiting") return [];
      const { id, answer } = answered.value.release;
      const before = known.answers.get(id);
      known.answers.set(id, answer);
      return before === undefined || before === answer ? [] : [`2: the answer ${id} was given with other figures`];
    },
  };
}

/** Decides a question that waits for the partner, or withdraws one of its own. */
export const decide: Drawing = ({ world, partner, chance }) => {
  const verdict = chance.pick(["approve", "approve", "approve", "deny", "withdraw"] as const);
  const place = chance.below(4);
  const caller = { partner, thumbprint: keyOf("second").publicKey.thumbprint };
  return {
    says: `${verdict}s a question that waits`,
    partner,
    about: "policy",
    carryOut: async ({ client }) => {
      const page = { after: null, limit: LIMITS.pageItems };
      const act = { name: "look for requests", parties: [partner] };
      const open = await world.store.read(act, (tx) => tx.requests.listOpen(partner, page));
      const mine = open.filter(({ recipient }) => (recipient === partner) === (verdict === "withdraw"));
      const chosen = mine[place % Math.max(1, mine.length)];
      if (chosen === undefined) return [];
      const decided = await client.once(`decide ${chosen.id}`, (ports) =>
        decideRequest(ports, { caller, id: chosen.id, verdict, because: null }),
      );
      if (decided.ok) return [];
      const expected = [
        "approval-not-open",
        "approval-not-yours",
        "no-version",
        "contract-not-in-force",
        "unavailable",
      ];
      return refusal(decided.error, expected);
    },
  };
};

/** Collects a list that the partner was given. */
export const collect: Drawing = ({ known, partner, chance }) => {
  const own = [...known.truth.given.values()].filter(({ recipient, lists }) => recipient === partner && lists !== null);
  if (own.length === 0) return null;
  const { id } = chance.pick(own);
  return {
    says: `collects ${id}`,
    partner,
    about: null,
    carryOut: async ({ ports }) => {
      const collected = await collectAudience(ports, { caller: callerOf(partner), id });
      if (!collected.ok)
        return refusal(collected.error, ["not-found", "release-gone", "contract-not-in-force", "unavailable"]);
      const before = known.truth.collectable.get(id)?.length ?? 0;
      known.collected.push({ id, records: collected.value, before });
      return [];
    },
  };
};
