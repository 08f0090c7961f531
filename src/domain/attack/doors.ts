// The ways into an owner's list that the documents leave open: who may ask which analysis, for what, under which terms.

import { canonicalJson } from "../canonical-json.ts";
import { statedMode, type Terms } from "../policy/terms.ts";
import { weigh } from "../policy/weigh.ts";
import { type Tariff, tariffsOf } from "../privacy/charges.ts";
import type { EpsilonMicros } from "../privacy/epsilon.ts";
import { canonicalQuestion, isForList, type Question } from "../question/question.ts";
import { rulesOf } from "../question/registry.ts";
import { cellCount, measureIn } from "../question/table.ts";
import { type Marks, marksOf } from "./marks.ts";
import { askedAt, PLAIN, type Probe, type Way } from "./probe.ts";
import type { Setting, Stage } from "./stage.ts";
import { type Attribute, usableAttributes, waysOf } from "./ways.ts";

/** One way in. */
export type Door = Setting &
  Way & {
    readonly terms: Terms;
    /** The price of one answer at its highest, which is the most precise. */
    readonly price: EpsilonMicros;
    /** What an answer costs the owner's list. */
    readonly tariff: Tariff;
    /** What the people may be chosen by. */
    readonly filters: readonly Attribute[];
    /** Of a table: the attributes of the finest one, that of the fewest values first. */
    readonly axes: readonly Attribute[];
    /** The question about everybody; of a table, by the attribute of the fewest values. */
    readonly plain: Probe;
    /** Of a table, the one with the most attributes, and so the smallest cells; else as `plain`. */
    readonly finest: Probe;
    /** People behind a figure that is shown, at the least and at the most. */
    readonly floor: number;
    readonly ceiling: number;
    /** How far a count may lie from the truth: half of its 95 % interval; 0 in exact mode. */
    readonly margin: number;
    /** What the lists say of the people whom attacks make up. */
    readonly marks: Marks;
  };

/** Attributes of the finest table, and its cells: more would take longer and tell no more. */
const FINEST = { attributes: 3, cells: 150 };

/** Every door of a stage; those of one partner under one contract that have the same terms are one. */
export function doorsOf(stage: Stage): readonly Door[] {
  const doors = stage.settings.flatMap((setting) =>
    waysOf(setting).flatMap((way) => doorAt(stage, { ...setting, ...way })),
  );
  const seen = new Set<string>();
  const different = doors.filter((door) => {
    const key = `${door.contractId} ${door.recipient} ${termsKey(door)}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
  return different.flatMap((door) => [door, { ...door, ...door.again }]);
}

/** What a door's terms come to: doors with the same key are as hard to attack. */
export function termsKey(door: Door): string {
  const { analysis, terms, price, tariff, filters, identifiers, others, measure, finest } = door;
  const { k, rounding, minimumAudience, maximumAudience } = terms;
  const mode = statedMode(terms);
  const { deniability } = terms;
  const contacts = terms.contacts[door.theirs] ?? null;
  const limits = [tariff.limits.perRecipient, tariff.limits.lineage, tariff.periodDays].map(String);
  const shape = [identifiers.length, others.length, measure?.aggregate ?? null, filters.length, finest.by.length];
  return canonicalJson([
    analysis,
    mode,
    k,
    rounding,
    minimumAudience,
    maximumAudience,
    price,
    limits,
    shape,
    deniability,
    contacts,
  ]);
}

function doorAt(stage: Stage, way: Setting & Way): readonly Door[] {
  const axes = axesAt(stage, way);
  if (axes === null) return [];
  const plain = { ...PLAIN, by: namesOf(axes.slice(0, 1)) };
  const permit = permitted(stage, way, plain);
  if (permit === null) return [];
  const { terms, question } = permit;
  // The guard of exact tables counts people as only the matcher can; nothing is promised of exact figures anyway.
  if (terms.mode === "exact" && axes.length > 0) return [];
  const price = terms.budget.perRelease;
  const priced = { ...way, question, decision: { ...permit, recipient: way.recipient, approvers: [] }, epsilon: price };
  const tariff = tariffsOf(priced).find(({ lineage }) => lineage === way.theirs);
  if (tariff === undefined) throw new Error("a question about another's list has a price");
  const isList = isForList(question);
  const filters = usableAttributes(way, "filter").filter((one) => permitted(stage, way, choosing(plain, one)) !== null);
  const margins = rulesOf(way.analysis).margins({ contract: way.contract, question, terms, epsilon: price });
  const people = margins.find(({ of }) => of === "people");
  return [
    {
      ...way,
      terms,
      price,
      tariff,
      filters,
      axes,
      plain,
      finest: { ...PLAIN, by: namesOf(axes) },
      floor: isList ? terms.minimumAudience : terms.k,
      ceiling: isList ? terms.maximumAudience : Number.MAX_SAFE_INTEGER,
      margin: people === undefined ? 0 : people.plusMinus,
      marks: marksOf(way, { filters, axes, measure: way.measure === null ? null : boundsOf(way, way.measure) }),
    },
  ];
}

function boundsOf({ contract }: Setting, measure: NonNullable<Way["measure"]>) {
  const bounds = measureIn(contract, measure);
  if (bounds === undefined) throw new Error("the contract has every measure that it is asked for");
  return bounds;
}

// The attributes of the finest table that is permitted, beginning with that of the fewest values; none for what is no
// table, and null where a table has no attribute to be by.
function axesAt(stage: Stage, way: Setting & Way): readonly Attribute[] | null {
  if (way.analysis !== "crosstab" && way.analysis !== "affinity") return [];
  const most = way.analysis === "affinity" ? 1 : FINEST.attributes;
  let axes: readonly Attribute[] = [];
  for (const attribute of usableAttributes(way, "group")) {
    const more = [...axes, attribute];
    const isSmall = axes.length === 0 || cellCount(more.map(({ values }) => ({ keys: values }))) <= FINEST.cells;
    if (more.length <= most && isSmall && permitted(stage, way, { ...PLAIN, by: namesOf(more) }) !== null) axes = more;
  }
  return axes.length === 0 ? null : axes;
}

function namesOf(axes: readonly Attribute[]): Probe["by"] {
  return axes.map(({ dataset, attribute }) => ({ dataset, attribute }));
}

/** A probe of those people alone who have the first value of an attribute. */
function choosing(probe: Probe, { dataset, attribute, values }: Attribute): Probe {
  return { ...probe, where: [{ dataset, attribute, in: values.slice(0, 1) }] };
}

function permitted(stage: Stage, way: Setting & Way, probe: Probe) {
  const { policies, on } = stage;
  const question = canonicalAt(way, probe);
  if (question === null) return null;
  const weighed = weigh({ ...way, question, on, policies });
  return weighed.kind === "permit" ? { ...weighed, question } : null;
}

function canonicalAt(way: Setting & Way, probe: Probe): Question | null {
  const canonical = canonicalQuestion(way.contract, askedAt(way, probe));
  return canonical.ok ? canonical.value : null;
}
