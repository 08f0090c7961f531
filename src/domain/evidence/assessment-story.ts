// The facts for a data protection impact assessment (GDPR art. 35(7)): purposes, recipients, mode, epsilon, thresholds,
// and the risks that stay, each named because of what is in force and not by rote.

import { counted, figure, listed, nameOf, possessive } from "../policy/words.ts";
import type { Evidence } from "./document.ts";
import { groundSection } from "./ground-story.ts";
import type { Section, Story } from "./page.ts";
import {
  contractsSection,
  controllerSection,
  flowsSection,
  givenSection,
  listsSection,
  measuresSection,
  type Reporting,
  reportingOf,
} from "./report-sections.ts";

/** The story of an assessment. */
export function assessmentStory(evidence: Evidence): Story {
  const reporting = reportingOf(evidence);
  const { name, asOf } = reporting;
  return {
    title: `Assessment of what ${possessive(name)} lists are exposed to`,
    lead: [
      "The systematic description and the risks of the processing in this room as it stood at " +
        `${asOf} (GDPR art. 35), made from the contracts, rules and lists in force. Whether the ` +
        "processing is necessary and proportionate is the controller's to judge.",
    ],
    sections: [
      controllerSection(reporting),
      contractsSection(reporting, "Purposes"),
      listsSection(reporting, "Whose data", "People in the version in force"),
      flowsSection(reporting, "Recipients, mode, epsilon and thresholds"),
      givenSection(reporting, "What was given so far"),
      spentSection(reporting),
      measuresSection(reporting),
      risksSection(reporting),
      groundSection(evidence),
    ],
  };
}

function spentSection({ report, directory }: Reporting): Section {
  const names = new Map<string, string>([...directory].map(([id, { name }]) => [id, name]));
  return {
    title: "What the privacy budgets have spent",
    says: report.spent.length === 0 ? ["Nothing."] : ["In rho of zero-concentrated differential privacy, for ever."],
    table: {
      columns: ["List", "Recipient", "Spent"],
      rows: report.spent.map(({ dataset, recipient, nanoRho }) => [
        dataset,
        recipient === "everyone" ? "everybody together" : (names.get(recipient) ?? recipient),
        `${Number(nanoRho) / 1_000_000_000} rho`,
      ]),
    },
  };
}

function risksSection(reporting: Reporting): Section {
  return {
    title: "Risks that stay",
    says: ["Each follows from what is in force now."],
    list: [
      ...noiseRisk(reporting),
      ...exactRisk(reporting),
      ...listRisk(reporting),
      "Recipients who pool what each was told know together what each knew alone; the budget for " +
        "everybody bounds the sum.",
      "Whoever runs the room holds its key, sees hashes in memory while they become tokens, and could test guesses.",
      "What a recipient does with what it was told is bound by the contract, and by nothing in the room.",
    ],
  };
}

// Epsilon is told as what it means for one person: how much likelier any answer may become by their being listed.
function noiseRisk({ report }: Reporting): string[] {
  const noised = report.flows.filter(({ mode, channel }) => mode === "noise" && channel === null);
  if (noised.length === 0) return [];
  const most = Math.max(...noised.map(({ budget }) => Number(budget.lineage)));
  const least = Math.min(...noised.map(({ k }) => k));
  return [
    "Figures with noise tell little and not nothing: all answers of a list together may let a " +
      `recipient's certainty about one person grow by what epsilon ${most} permits, and no figure ` +
      `below ${figure(least)} people is shown.`,
  ];
}

function exactRisk({ report, directory }: Reporting): string[] {
  const exact = report.flows.filter(({ mode, channel }) => mode === "exact" && channel === null);
  if (exact.length === 0) return [];
  const who = listed([...new Set(exact.map(({ recipient }) => nameOf(directory, recipient)))]);
  return [
    `Exact figures, which go to ${who}, have no mathematical bound: refusals depend on the data, and ` +
      "figures of several lists or days can single somebody out in spite of the guard between them.",
  ];
}

function listRisk({ report, directory }: Reporting): string[] {
  const lists = report.flows.filter(({ channel }) => channel !== null);
  if (lists.length === 0) return [];
  const who = listed([...new Set(lists.map(({ recipient }) => nameOf(directory, recipient)))]);
  const deniable = lists.filter(({ deniability }) => deniability !== null).length;
  const how =
    deniable === lists.length
      ? "Entries are deniable."
      : deniable === 0
        ? "No entry is deniable."
        : `${counted(deniable, "of these flow")} have deniable entries.`;
  return [`Lists tell ${who} which of its own customers are on the other list: membership is disclosed. ${how}`];
}
