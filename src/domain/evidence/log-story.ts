// The evidence of the log as a person reads it: who learned what about the partner's customers, under which clause and
// when; what the partner learned; what was refused; the documents, and what all of it rests on.

import type { AuditEntry } from "../audit/entry.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { counted, type Directory, listed, nameOf, possessive } from "../policy/words.ts";
import { answerInWords } from "./answer-words.ts";
import type { Evidence } from "./document.ts";
import { contractSections, policySection } from "./documents-story.ts";
import { groundSection } from "./ground-story.ts";
import type { Section, Story, Table } from "./page.ts";
import {
  type AskedInEntry,
  actorName,
  askedIn,
  contractsIn,
  directoryIn,
  entriesIn,
  partsOf,
  timeInWords,
} from "./reading.ts";
import type { LogScope } from "./scope.ts";

/** The story of evidence from the log. */
export function logStory(evidence: Evidence, scope: LogScope): Story {
  const told = tellingOf(evidence);
  const { own, name } = told;
  const isAboutOwn = ({ asked }: Line) =>
    asked.recipient !== own && asked.lists.some((list) => list.startsWith(`${own}/`));
  const learned = told.answers.filter(isAboutOwn);
  const byOwn = told.answers.filter(({ asked }) => asked.recipient === own);
  const refused = told.lines.filter(({ entry }) => entry.act === "question-denied");
  return {
    title: titleOf(scope, told),
    lead: [leadOf(learned, told), madeFor(evidence, name)],
    sections: [
      learnedSection(learned, told),
      ownSection(byOwn, told, evidence),
      collectedSection(told),
      refusedSection(refused, told),
      ...contractSections(evidence.parts, told.directory),
      policySection(evidence.parts),
      otherSection(told),
      groundSection(evidence),
    ],
  };
}

/** An entry about a question. */
type Line = { readonly entry: AuditEntry; readonly asked: AskedInEntry };

type Telling = {
  readonly own: PartnerId;
  readonly name: string;
  readonly directory: Directory;
  readonly entries: readonly AuditEntry[];
  readonly lines: readonly Line[];
  /** Those that gave an answer, or would have given it to anybody who looked the same. */
  readonly answers: readonly Line[];
  readonly contractNames: ReadonlyMap<string, string>;
};

const ANSWERED: ReadonlySet<AuditEntry["act"]> = new Set(["question-permitted", "question-withheld"]);

function tellingOf({ contents, parts }: Evidence): Telling {
  const directory = directoryIn(parts);
  const entries = entriesIn({ parts });
  const first = new Map<string, AskedInEntry>();
  const lines = entries.flatMap((entry) => {
    const release = entry.subject["release"];
    const asked = askedIn(entry, directory) ?? (release === undefined ? undefined : first.get(release));
    if (asked === undefined || asked === null) return [];
    if (release !== undefined && !first.has(release)) first.set(release, asked);
    return [{ entry, asked }];
  });
  const answers = lines.filter(({ entry }) => ANSWERED.has(entry.act));
  const contractNames = new Map(
    [...contractsIn(parts)].map(([id, { name, version }]) => [id, `“${name}”, version ${version}`]),
  );
  const own = contents.for;
  return { own, name: nameOf(directory, own), directory, entries, lines, answers, contractNames };
}

function titleOf({ contract, keyThumbprint, from, until }: LogScope, { name, contractNames }: Telling): string {
  const about = [
    ...(contract === undefined
      ? []
      : [`the contract ${contractNames.get(contract) ?? contract} and its other versions`]),
    ...(keyThumbprint === undefined ? [] : [`what was done with the key ${keyThumbprint}`]),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
  ];
  return `Evidence for ${name}: ${about.join(", ")}`;
}

function leadOf(learned: readonly Line[], { name, directory, entries, lines }: Telling): string {
  const whose = possessive(name);
  const who = [...new Set(learned.map(({ asked }) => nameOf(directory, asked.recipient)))];
  const lists = entries.filter((entry) => entry.act === "release-collected").length;
  const denied = lines.filter(({ entry }) => entry.act === "question-denied").length;
  const learnt =
    learned.length === 0
      ? `Nobody was told anything about ${whose} customers.`
      : `${counted(learned.length, "answer")} about ${whose} customers went to ${listed(who)}.`;
  const taken = lists === 0 ? "No list was taken away" : `Rows of lists were taken away ${counted(lists, "time")}`;
  return (
    `${learnt} ${taken}, and ` +
    `${denied === 0 ? "no question was" : `${counted(denied, "question")} ${denied === 1 ? "was" : "were"}`} ` +
    "refused."
  );
}

function madeFor({ contents }: Evidence, name: string): string {
  return (
    `Made for ${name} at ${timeInWords(contents.asOf)} by the room ${contents.origin}. What is shown ` +
    `here concerns ${name}; other partners' affairs are not in this file.`
  );
}

function learnedSection(learned: readonly Line[], telling: Telling): Section {
  return {
    title: `Who learned what about ${possessive(telling.name)} customers`,
    says:
      learned.length === 0
        ? ["Nobody did."]
        : [
            "Figures carry what protection the contract and the rules of every owner ask for, and " +
              "went to those named alone. The price is in units of the list's privacy budget.",
          ],
    table: {
      columns: ["When", "Who", "What the answer tells", "Under which clause", "Price", "Entry"],
      rows: learned.map((line) => [
        timeInWords(line.entry.at),
        nameOf(telling.directory, line.asked.recipient),
        `${asHappened(line.asked.tells)}${outcomeOf(line.entry)}`,
        clausesOf(line.asked.permittedBy, line.entry, telling),
        priceOf(line.entry),
        String(line.entry.index),
      ]),
    },
  };
}

function ownSection(own: readonly Line[], telling: Telling, { parts }: Evidence): Section {
  const answers = new Map(partsOf(parts, "receipt").map(({ release, answer }) => [release, answer]));
  return {
    title: `What ${telling.name} learned`,
    says: own.length === 0 ? ["Nothing was asked that was answered."] : [],
    table: {
      columns: ["When", "About whom", "What the answer tells", "What it said", "Under which clause", "Entry"],
      rows: own.map((line) => [
        timeInWords(line.entry.at),
        listed(line.asked.about.map((partner) => nameOf(telling.directory, partner))),
        `${asHappened(line.asked.tells)}${outcomeOf(line.entry)}`,
        saidBy(answers, line.entry),
        clausesOf(line.asked.permittedBy, line.entry, telling),
        String(line.entry.index),
      ]),
    },
  };
}

function saidBy(answers: ReadonlyMap<string, string>, { subject }: AuditEntry): string {
  const { release } = subject;
  const answer = release === undefined ? undefined : answers.get(release);
  return answer === undefined ? "not kept any more" : answerInWords(answer).join("\n");
}

function collectedSection(telling: Telling): Section {
  const collected = telling.entries.filter((entry) => entry.act === "release-collected");
  return {
    title: "Lists that were taken away",
    says: collected.length === 0 ? ["None was."] : ["Each time rows were fetched stands here."],
    table: {
      columns: ["When", "Who", "Under the contract", "Answer", "Entry"],
      rows: collected.map((entry) => [
        timeInWords(entry.at),
        actorName(entry, telling.directory),
        contractOf(entry, telling),
        String(entry.subject["release"]),
        String(entry.index),
      ]),
    },
  };
}

function refusedSection(refused: readonly Line[], telling: Telling): Section {
  return {
    title: "What was refused",
    says: refused.length === 0 ? ["No question was."] : ["Nothing was told in answer to these."],
    table: {
      columns: ["When", "Who asked", "What it would have told", "Which clause refused it", "Entry"],
      rows: refused.map((line) => [
        timeInWords(line.entry.at),
        nameOf(telling.directory, line.asked.recipient),
        line.asked.tells,
        clausesOf(line.asked.deniedBy, line.entry, telling),
        String(line.entry.index),
      ]),
    },
  };
}

const TOLD_ABOVE: ReadonlySet<AuditEntry["act"]> = new Set([...ANSWERED, "question-denied", "release-collected"]);

function otherSection(telling: Telling): Section {
  const rest = telling.entries.filter((entry) => !TOLD_ABOVE.has(entry.act));
  const table: Table = {
    columns: ["When", "What", "By whom", "About", "Entry"],
    rows: rest.map((entry) => [
      timeInWords(entry.at),
      entry.act.replaceAll("-", " "),
      actorName(entry, telling.directory),
      aboutOf(entry, telling),
      String(entry.index),
    ]),
  };
  return { title: "Everything else that was done", says: rest.length === 0 ? ["Nothing."] : [], table };
}

function aboutOf(entry: AuditEntry, telling: Telling): string {
  const { contract, dataset, request, keyThumbprint } = entry.subject;
  return [
    ...(contract === undefined ? [] : [`contract ${contractOf(entry, telling)}`]),
    ...(dataset === undefined ? [] : [`list ${dataset}`]),
    ...(request === undefined ? [] : [`request ${request}`]),
    ...(keyThumbprint === undefined ? [] : [`key ${keyThumbprint}`]),
    ...(typeof entry.detail["people"] === "number"
      ? [`${counted(entry.detail["people"], "person").replace("persons", "people")}`]
      : []),
  ].join("\n");
}

function clausesOf(clauses: readonly string[], entry: AuditEntry, telling: Telling): string {
  return [...clauses, `contract ${contractOf(entry, telling)}`].join("\n");
}

function contractOf({ subject }: AuditEntry, { contractNames }: Telling): string {
  const id = subject["contract"];
  if (id === undefined) return "";
  return contractNames.get(id) ?? id;
}

function outcomeOf({ act, detail }: AuditEntry): string {
  if (detail["isRepeated"] === true) return "\nThe same answer as before was given again.";
  return act === "question-withheld" ? "\nNothing was shown: too few people, or too many." : "";
}

// What the recipient's own account was charged; what everybody's together was is the same.
function priceOf({ detail }: AuditEntry): string {
  const { debits, recipient } = detail;
  if (!Array.isArray(debits)) return "none";
  const own = debits.filter((debit) => debit.recipient === recipient);
  return own.length === 0
    ? "none"
    : own.map(({ lineage, nanoRho }) => `${unitsOf(Number(nanoRho))} of ${lineage}`).join("\n");
}

// An answer of epsilon costs half its square in rho (Bun and Steinke 2016, proposition 1.4).
function unitsOf(nanoRho: number): string {
  const units = Math.round(Math.sqrt((2 * nanoRho) / 1e9) * 1e4) / 1e4;
  return `${units} unit${units === 1 ? "" : "s"}`;
}

// What an answer would tell is what it told once it was given.
function asHappened(tells: string): string {
  return tells.replaceAll(" would learn ", " learned ").replaceAll(" would receive ", " received ");
}
