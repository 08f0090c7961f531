// Names instead of ids: the room's partners, and questions in words that need no field name.

import type { Caller, Ports } from "../app/ports.ts";
import { listContracts } from "../app/read-contracts.ts";
import { listPartners } from "../app/read-partners.ts";
import { type DatasetRef, nameIn, ownerOf } from "../domain/dataset/schema.ts";
import { type Directory, identifiersInWords, listed, nameOf, possessive } from "../domain/policy/words.ts";
import { type AskedQuestion, datasetsOf, questionSchema } from "../domain/question/question.ts";
import { segmentOf } from "../domain/question/words.ts";
import { axisNamed } from "./axis-form.ts";
import { everyRow } from "./every-row.ts";
import { ANSWER_WORDS, plainWord } from "./words.ts";

/** Every partner of the room by name. One statement for each hundred of them. */
export async function readDirectory(ports: Pick<Ports, "store">, caller: Caller): Promise<Directory> {
  const rows = await everyRow(
    (page) => listPartners(ports, { caller, page }),
    ({ id }) => id,
  );
  return new Map(
    rows.flatMap(({ id, manifest }) =>
      manifest === null ? [] : [[id, { name: manifest.name, industry: manifest.industry }] as const],
    ),
  );
}

/** Every contract of the partner as it is called: `summer campaign, v1`. */
export async function contractNames(ports: Pick<Ports, "store">, caller: Caller): Promise<ReadonlyMap<string, string>> {
  const rows = await everyRow(
    (page) => listContracts(ports, { caller, page }),
    ({ file }) => file.id,
  );
  return new Map(rows.map(({ file: { id, contract } }) => [id, `${plainWord(contract.name)}, v${contract.version}`]));
}

/** A list by its company alone, unless that brings several of those that are told apart. */
export function listNamed(list: DatasetRef, among: readonly DatasetRef[], directory: Directory): string {
  const owner = ownerOf(list);
  const isOne = among.filter((one) => ownerOf(one) === owner).length === 1;
  return isOne ? nameOf(directory, owner) : `${nameOf(directory, owner)}, ${plainWord(nameIn(list))}`;
}

/** A stored question; null where it is one that can be asked no more, as of a segment that nobody can be in. */
export function parsedQuestion(text: string): AskedQuestion | null {
  const parsed = questionSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

/** A question as one line: `People whom Sunline Holidays and Harbour Yachts share, by e-mail`. */
export function questionInWords(question: AskedQuestion | null, directory: Directory): string {
  if (question === null) return "A question about nobody";
  const names = listed(datasetsOf(question).map((list) => nameOf(directory, ownerOf(list))));
  const by = question.identifiers === undefined ? "" : `, by ${identifiersInWords(question.identifiers, "or")}`;
  const among = segmentOf(question.where ?? [], directory);
  if ("channel" in question) {
    const [own, other] = [question.from, question.matching].map((list) => possessive(nameOf(directory, ownerOf(list))));
    const aim = question.analysis === "suppression" ? "to leave them out of" : "to reach them through";
    return `${own} customers who are also ${other}${by}${among}, ${aim} ${plainWord(question.channel)}`;
  }
  if (question.analysis === "overlap") return `People whom ${names} share${by}${among}`;
  const found = question.identifiers === undefined ? "" : `, found${by.slice(1)}`;
  return `${ANSWER_WORDS[question.analysis]} of ${names}${groupsIn(question, directory)}${found}${among}`;
}

// In which groups its figures come.
function groupsIn(question: AskedQuestion, directory: Directory): string {
  const by = "segments" in question ? [question.segments] : "by" in question ? question.by : undefined;
  return by === undefined ? "" : `, by ${listed(by.map((axis) => axisNamed(axis, directory)))}`;
}
