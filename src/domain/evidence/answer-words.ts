// An answer in a few words for the page: what figures it gave. The whole answer stands in the evidence.

import { type Json, parseStrictJson } from "../canonical-json.ts";
import { counted, figure } from "../policy/words.ts";

/** Lines about the figures of an answer that the room gave, from its canonical JSON. */
export function answerInWords(answer: string): readonly string[] {
  const json = parseStrictJson(answer);
  if (!json.ok || !isMembers(json.value)) return [];
  const { regions, cells, affinities, points, size, sizes } = json.value;
  const lines = [
    ...listIn(sizes).map((one) => `list ${text(one["dataset"])}: ${shown(one)}`),
    ...listIn(regions).map((one) => `${regionName(one["members"])}: ${shown(one)}`),
    ...(size === undefined || !isMembers(size) ? [] : [`people on the list: ${shown(size)}`]),
    ...countLine(cells, "cell"),
    ...countLine(affinities, "group"),
    ...countLine(points, "point"),
  ];
  return lines.length === 0 ? ["in the evidence"] : lines;
}

type Members = { readonly [name: string]: Json | undefined };

function isMembers(value: Json | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listIn(value: Json | undefined): readonly Members[] {
  return Array.isArray(value) ? value.filter(isMembers) : [];
}

function regionName(members: Json | undefined): string {
  const lists = Array.isArray(members) ? members.map(text) : [];
  return lists.length === 1 ? `${lists.join("")} alone` : `on ${lists.join(" and ")}`;
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function countLine(value: Json | undefined, thing: string): string[] {
  return Array.isArray(value) ? [`${counted(value.length, thing)}, in the evidence`] : [];
}

function shown({ released, interval }: Members): string {
  if (typeof released !== "number") return "too few to be shown";
  const [low, high] = Array.isArray(interval) ? interval : [];
  const about = typeof low === "number" && typeof high === "number" ? ` (${figure(low)} to ${figure(high)})` : "";
  return `${figure(released)}${about}`;
}
