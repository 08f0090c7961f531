// The facts for the notification of a breach (GDPR art. 33(3)): for a period, what could have been learned and by whom,
// what was given in fact, how many people that concerns by list, and what was in force.

import { figure, possessive } from "../policy/words.ts";
import type { About, Evidence } from "./document.ts";
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

type Breach = Extract<About, { readonly kind: "breach" }>;

/** The story of a breach's evidence. */
export function breachStory(evidence: Evidence, { from, until }: Breach): Story {
  const reporting = reportingOf(evidence);
  const { name, asOf } = reporting;
  return {
    title: `Evidence for a breach between ${from} and ${until}, for ${name}`,
    lead: [
      `What could have been learned about ${possessive(name)} customers in this period, by whom, and ` +
        `what was (GDPR art. 33). Made at ${asOf} from the log and from the contracts, rules and lists ` +
        "that were in force. A notification is due within 72 hours of becoming aware.",
      concernedLine(reporting),
    ],
    sections: [
      controllerSection(reporting),
      listsSection(reporting, "People concerned, by list", "People, the most of any version of the period"),
      givenSection(reporting, "What was given in the period"),
      flowsSection(reporting, "What could have been asked, by whom"),
      contractsSection(reporting, "Contracts of the period, as they stand now"),
      policiesSection(reporting),
      measuresSection(reporting),
      widerSection(),
      groundSection(evidence),
    ],
  };
}

function concernedLine({ report }: Reporting): string {
  const counts = report.lists.map(({ people }) => people).filter((people) => people !== null);
  if (counts.length === 0) return "No list of the partner was in the room in this period.";
  const sum = counts.reduce((total, people) => total + people, 0);
  return `At the most ${figure(sum)} people are concerned, somebody on two lists counted twice.`;
}

function policiesSection({ report }: Reporting): Section {
  return {
    title: "Rules of the period",
    says: report.policies.length === 0 ? ["None was in force."] : [],
    list: report.policies.map(({ version, digest, from }) => `Version ${version}, from ${from}: ${digest}`),
  };
}

function widerSection(): Section {
  return {
    title: "If more than an answer was lost",
    says: [],
    list: [
      "A thief of the database finds no token in it: lists lie in sealed files, and the keys elsewhere.",
      "A thief of the data directory with its keys has every list in it: then all people above are " +
        "concerned, with the identifiers and attributes named there, and hashes of e-mail addresses " +
        "and phone numbers can be guessed.",
    ],
  };
}
