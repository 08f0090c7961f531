// Questions from the options of a command line: what is left out is what the contract leaves no choice about, or its
// first purpose, which is then named.

import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import type { Contract } from "../domain/contract/document.ts";
import { type DatasetRef, datasetRef, identifierKindSchema, ownerOf } from "../domain/dataset/schema.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { misused, type Refusal } from "./terminal.ts";
import { nearest, readAxis, readClause, readNamed, type WhereClause } from "./where.ts";

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
  by: z.string().optional(),
  measure: z.string().optional(),
  among: z.string().optional(),
  segments: z.string().optional(),
});

type Asked = z.output<typeof questionOptions>;

/** The contract asked under, its id, and who asks. */
export type Frame = { readonly id: string; readonly contract: Contract; readonly partner: string };

/** An overlap of all the contract's lists, or of those between which it is asked. */
export function overlapQuestion(frame: Frame, asked: Asked): Result<Question, Refusal> {
  const compared = comparison(frame, asked, "overlap");
  if (!compared.ok) return compared;
  if (asked.detail !== undefined && asked.detail !== "identifier") {
    return err(misused(`there is no detail \`${asked.detail}\``, "the one detail is `identifier`"));
  }
  const detail = asked.detail === undefined ? {} : { detail: ["identifier" as const] };
  return ok({ analysis: "overlap", ...compared.value, ...detail });
}

/** An overlap or a table over time: what was answered before, and what holds now. */
export function trendQuestion(frame: Frame, asked: Asked): Result<Question, Refusal> {
  const compared = comparison(frame, asked, "trend");
  if (!compared.ok) return compared;
  if (asked.by === undefined && asked.measure === undefined) return ok({ analysis: "trend", ...compared.value });
  const table = tableAsked(frame, asked, compared.value.between);
  return table.ok ? ok({ analysis: "trend", ...compared.value, ...table.value }) : table;
}

/** A table of the people whom lists share. */
export function crosstabQuestion(frame: Frame, asked: Asked): Result<Question, Refusal> {
  const compared = comparison(frame, asked, "crosstab");
  if (!compared.ok) return compared;
  const table = tableAsked(frame, asked, compared.value.between);
  return table.ok ? ok({ analysis: "crosstab", ...compared.value, ...table.value }) : table;
}

type Table = Pick<Extract<Question, { analysis: "crosstab" }>, "by" | "measure">;

function tableAsked({ contract }: Frame, asked: Asked, between: readonly DatasetRef[]): Result<Table, Refusal> {
  const named = (asked.by ?? "").split(",").filter((text) => text.trim() !== "");
  if (named.length === 0) return err(misused("by which attributes?", "say --by partner.attribute, up to three"));
  const axes = allOf(named, (text) => readAxis(text, contract, between));
  if (!axes.ok) return axes;
  const by = [...axes.value];
  if (asked.measure === undefined) return ok({ by });
  const measure = readMeasure(asked.measure, contract, between);
  return measure.ok ? ok({ by, measure: measure.value }) : measure;
}

/** The segments of another's list, weighed among the people whom a list of the asker's own shares with it. */
export function affinityQuestion(frame: Frame, asked: Asked): Result<Question, Refusal> {
  const { all, own } = listsFor(frame);
  const among = chosenList(asked.among, asked.among === undefined ? own : all, "--among");
  if (!among.ok) return among;
  const others = all.filter((list) => ownerOf(list) !== ownerOf(among.value));
  if (asked.segments === undefined) return err(misused("which segments?", "say --segments partner.attribute"));
  const segments = readAxis(asked.segments, frame.contract, others);
  if (!segments.ok) return segments;
  const lists = [among.value, segments.value.dataset];
  const shared = sharedPart(frame, asked, { analysis: "affinity", lists });
  if (!shared.ok) return shared;
  return ok({ analysis: "affinity", ...shared.value, among: among.value, segments: segments.value });
}

/** A list of the asker's own people who are also on another: to reach them, or to leave them out. */
export function listQuestion(analysis: "audience" | "suppression") {
  return (frame: Frame, asked: Asked): Result<Question, Refusal> => {
    const { all, own } = listsFor(frame);
    const from = chosenList(asked.from, own, "--from");
    if (!from.ok) return from;
    const others = all.filter((list) => ownerOf(list) !== frame.partner);
    const matching = chosenList(asked.matching, others, "--matching");
    if (!matching.ok) return matching;
    const channels = analysesOf(frame.contract, analysis).flatMap((one) => one.channels);
    const channel = asked.channel ?? (channels.length === 1 ? channels[0] : undefined);
    if (channel === undefined) return err(misused("which channel is it for?", `say --channel: ${channels.join(", ")}`));
    const lists = [from.value, matching.value];
    const shared = sharedPart(frame, asked, { analysis, lists });
    if (!shared.ok) return shared;
    return ok({ analysis, ...shared.value, from: from.value, matching: matching.value, channel });
  };
}

type Compared = Shared & { readonly between: DatasetRef[] };

function comparison(frame: Frame, asked: Asked, analysis: Analysis): Result<Compared, Refusal> {
  const { all } = listsFor(frame);
  const lists = asked.between === undefined ? ok(all) : allOf(asked.between.split(","), (one) => listOf(all, one));
  if (!lists.ok) return lists;
  const shared = sharedPart(frame, asked, { analysis, lists: lists.value });
  return shared.ok ? ok({ ...shared.value, between: [...lists.value] }) : shared;
}

function listsFor({ contract, partner }: Frame) {
  const all = contract.datasets.map((one) => datasetRef(one.partner, one.dataset)).sort();
  return { all, own: all.filter((list) => ownerOf(list) === partner) };
}

const MEASURE = /^\s*(sum|mean)\s*\((.*)\)\s*$/i;

function readMeasure(text: string, contract: Contract, lists: readonly DatasetRef[]) {
  const [, aggregate, named] = MEASURE.exec(text) ?? [];
  if (named === undefined) return err(misused(`\`${text}\` is no measure`, "write it as 'mean(partner.measure)'"));
  const read = readNamed(named, contract, lists);
  if (!read.ok) return read;
  const { dataset, name } = read.value;
  return ok({ dataset, measure: name, aggregate: aggregate?.toLowerCase() === "sum" ? "sum" : "mean" } as const);
}

type Analysis = Question["analysis"];
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
