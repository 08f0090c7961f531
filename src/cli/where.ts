// Segments as people write them on a command line: `harbour.tier in (gold,platinum)` or `tier = gold`.

import type { Contract } from "../domain/contract/document.ts";
import { type DatasetRef, datasetRef } from "../domain/dataset/schema.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { misused, type Refusal } from "./terminal.ts";

export type WhereClause = { readonly dataset: string; readonly attribute: string; readonly in: string[] };

const CLAUSE = /^\s*(?:([a-z0-9/-]+)\.)?([a-z][a-z0-9-]*)\s*(?:in\s*\((.*)\)|=\s*(.+?))\s*$/is;
const VALUE = /\s*(?:"([^"]*)"|'([^']*)'|([^,]*))\s*(?:,|$)/y;

/**
 * Reads a clause over the lists of a question. The list is named by its reference, by its owner or by the beginning of
 * either, and may be left out where one list alone has the attribute.
 */
export function readClause(
  text: string,
  contract: Contract,
  lists: readonly DatasetRef[],
): Result<WhereClause, Refusal> {
  const [, owner, attribute, listed, single] = CLAUSE.exec(text) ?? [];
  if (attribute === undefined) return err(misused(`\`${text}\` is not a condition`, FORM));
  const values = valuesOf(listed ?? single ?? "");
  if (values.length === 0) return err(misused(`\`${text}\` names no value`, FORM));
  const having = lists.filter((list) => namesIn(contract, list).includes(attribute));
  const list = listMeant({ attribute, owner }, { lists, having });
  return list.ok ? ok({ dataset: list.value, attribute, in: values }) : list;
}

const NAMED = /^\s*(?:([a-z0-9/-]+)\.)?([a-z][a-z0-9-]*)\s*$/i;

/** Reads an attribute or a measure over the lists of a question, such as `harbour.tier`; the list as for a clause. */
export function readNamed(
  text: string,
  contract: Contract,
  lists: readonly DatasetRef[],
): Result<{ readonly dataset: DatasetRef; readonly name: string }, Refusal> {
  const [, owner, name] = NAMED.exec(text) ?? [];
  if (name === undefined) return err(misused(`\`${text}\` names no attribute`, "write it as partner.attribute"));
  const having = lists.filter((list) => namesIn(contract, list).includes(name));
  const list = listMeant({ attribute: name, owner }, { lists, having });
  return list.ok ? ok({ dataset: list.value, name }) : list;
}

/**
 * Reads an attribute of a table, and after a colon the contract's grouping that it stands in: `harbour.region:country`.
 */
export function readAxis(
  text: string,
  contract: Contract,
  lists: readonly DatasetRef[],
): Result<{ readonly dataset: DatasetRef; readonly attribute: string; readonly grouping?: string }, Refusal> {
  const [named = "", grouping, ...rest] = text.split(":").map((part) => part.trim());
  if (rest.length > 0) return err(misused(`\`${text}\` names no attribute`, "write it as partner.attribute:grouping"));
  const read = readNamed(named, contract, lists);
  if (!read.ok) return read;
  const { dataset, name } = read.value;
  return ok({ dataset, attribute: name, ...(grouping === undefined ? {} : { grouping }) });
}

type Among = { readonly lists: readonly DatasetRef[]; readonly having: readonly DatasetRef[] };

function listMeant(
  { attribute, owner }: { readonly attribute: string; readonly owner: string | undefined },
  { lists, having }: Among,
): Result<DatasetRef, Refusal> {
  const meant = owner === undefined ? having : nearest(lists, owner);
  const [dataset, ...others] = meant;
  if (dataset === undefined) return err(misused(nobody(attribute, owner), `the lists are ${lists.join(", ")}`));
  if (others.length === 0) return ok(dataset);
  return err(misused(`\`${attribute}\` may be that of any of ${meant.join(", ")}`, "name the list before it"));
}

/** The list that a text means: the whole reference, its owner, or the beginning of one list's reference alone. */
export function nearest(lists: readonly DatasetRef[], text: string): DatasetRef[] {
  const exact = lists.filter((list) => list === text || list.startsWith(`${text}/`));
  return exact.length > 0 ? exact : lists.filter((list) => list.startsWith(text));
}

const FORM = "write it as 'partner.attribute in (value,value)'";

function nobody(attribute: string, owner: string | undefined): string {
  return owner === undefined ? `no list has the attribute \`${attribute}\`` : `no list is \`${owner}\`'s`;
}

// Attributes and measures of one list have different names.
function namesIn(contract: Contract, list: DatasetRef): string[] {
  return contract.datasets
    .filter(({ partner, dataset }) => datasetRef(partner, dataset) === list)
    .flatMap(({ attributes, measures }) => [...Object.keys(attributes), ...Object.keys(measures ?? {})]);
}

function valuesOf(text: string): string[] {
  const values: string[] = [];
  VALUE.lastIndex = 0;
  while (VALUE.lastIndex < text.length) {
    const [, double, single, bare] = VALUE.exec(text) ?? [];
    const value = double ?? single ?? bare?.trim();
    if (value === undefined) break;
    if (value !== "") values.push(value);
  }
  return values;
}
