// Questions from the options of a command line: what is left out is what the contract leaves no choice about, or its
// first purpose, which is then named.

import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import type { Contract } from "../domain/contract/document.ts";
import { type DatasetRef, datasetRef, identifierKindSchema, ownerOf } from "../domain/dataset/schema.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { misused, type Refusal } from "./terminal.ts";
import { nearest, readClause, type WhereClause } from "./where.ts";

export type Question = components["schemas"]["Question"];

export const questionOptions = z.object({
  contract: z.string(),
  purpose: z.string().optional(),
  where: z.array(z.string()).optional(),
  identifiers: z.string().optional(),
  epsilon: z.string().optional(),
  between: z.string().optional(),
  detail: z.string().optional(),
  from: z.string().optional(),
  matching: z.string().optional(),
  channel: z.string().optional(),
});

type Asked = z.output<typeof questionOptions>;

/** The contract asked under, its id, and who asks. */
export type Frame = { readonly id: string; readonly contract: Contract; readonly partner: string };

/** An overlap of all the contract's lists, or of those between which it is asked. */
export function overlapQuestion(frame: Frame, asked: Asked): Result<Question, Refusal> {
  const all = listsOf(frame.contract);
  const lists = asked.between === undefined ? ok(all) : allOf(asked.between.split(","), (one) => listOf(all, one));
  if (!lists.ok) return lists;
  const shared = sharedPart(frame, asked, { analysis: "overlap", lists: lists.value });
  if (!shared.ok) return shared;
  if (asked.detail !== undefined && asked.detail !== "identifier") {
    return err(misused(`there is no detail \`${asked.detail}\``, "the one detail is `identifier`"));
  }
  const detail = asked.detail === undefined ? {} : { detail: ["identifier" as const] };
  return ok({ analysis: "overlap", ...shared.value, between: [...lists.value], ...detail });
}

/** An audience of the asker's own list that is also on another. */
export function audienceQuestion(frame: Frame, asked: Asked): Result<Question, Refusal> {
  const all = listsOf(frame.contract);
  const from = chosenList(
    asked.from,
    all.filter((list) => ownerOf(list) === frame.partner),
    "--from",
  );
  if (!from.ok) return from;
  const others = all.filter((list) => ownerOf(list) !== frame.partner);
  const matching = chosenList(asked.matching, others, "--matching");
  if (!matching.ok) return matching;
  const channels = analysesOf(frame.contract, "audience").flatMap((one) => one.channels);
  const channel = asked.channel ?? (channels.length === 1 ? channels[0] : undefined);
  if (channel === undefined) return err(misused("which channel is it for?", `say --channel: ${channels.join(", ")}`));
  const lists = [from.value, matching.value];
  const shared = sharedPart(frame, asked, { analysis: "audience", lists });
  if (!shared.ok) return shared;
  return ok({ analysis: "audience", ...shared.value, from: from.value, matching: matching.value, channel });
}

type Analysis = "overlap" | "audience";
type Shared = Pick<Question, "contract" | "purpose" | "identifiers" | "where" | "epsilon">;

function sharedPart(
  { id, contract }: Frame,
  asked: Asked,
  { analysis, lists }: { readonly analysis: Analysis; readonly lists: readonly DatasetRef[] },
): Result<Shared, Refusal> {
  const purpose = asked.purpose ?? analysesOf(contract, analysis)[0]?.purposes[0];
  if (purpose === undefined) return err(misused(`the contract has no ${analysis}`, "say --purpose to hear why"));
  const where = allOf(asked.where ?? [], (text) => readClause(text, contract, lists));
  if (!where.ok) return where;
  const identifiers = z.array(identifierKindSchema).safeParse(asked.identifiers?.split(","));
  if (asked.identifiers !== undefined && !identifiers.success) {
    return err(misused(`\`${asked.identifiers}\` are not identifiers`, `the identifiers are ${KINDS}`));
  }
  const clauses: WhereClause[] = [...where.value];
  return ok({
    contract: id,
    purpose,
    ...(identifiers.success ? { identifiers: identifiers.data } : {}),
    ...(clauses.length === 0 ? {} : { where: clauses }),
    ...(asked.epsilon === undefined ? {} : { epsilon: asked.epsilon }),
  });
}

const KINDS = identifierKindSchema.options.join(", ");

function listsOf({ datasets }: Contract): DatasetRef[] {
  return datasets.map(({ partner, dataset }) => datasetRef(partner, dataset)).sort();
}

function analysesOf({ analyses }: Contract, analysis: Analysis): Contract["analyses"] {
  return analyses.filter((one) => one.analysis === analysis);
}

function chosenList(
  text: string | undefined,
  among: readonly DatasetRef[],
  option: string,
): Result<DatasetRef, Refusal> {
  if (text !== undefined) return listOf(among, text);
  const [only, ...others] = among;
  if (only === undefined) return err(misused(`the contract has no list for ${option}`));
  return others.length === 0 ? ok(only) : err(misused("which list is it?", `say ${option}: ${among.join(", ")}`));
}

function listOf(among: readonly DatasetRef[], text: string): Result<DatasetRef, Refusal> {
  const [list, ...others] = nearest(among, text.trim());
  if (list !== undefined && others.length === 0) return ok(list);
  return err(misused(`\`${text}\` does not name one list`, `the lists are ${among.join(", ")}`));
}

function allOf<Item, Value>(
  items: readonly Item[],
  read: (item: Item) => Result<Value, Refusal>,
): Result<readonly Value[], Refusal> {
  const values: Value[] = [];
  for (const item of items) {
    const value = read(item);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return ok(values);
}
