// The record of processing activities (GDPR art. 30(1)) of a partner's lists in the room.

import { counted } from "../policy/words.ts";
import type { Evidence } from "./document.ts";
import { groundSection } from "./ground-story.ts";
import type { Section, Story } from "./page.ts";
import {
  contractsSection,
  controllerSection,
  flowsSection,
  listsSection,
  measuresSection,
  type Reporting,
  reportingOf,
} from "./report-sections.ts";

/** The story of a record. */
export function recordStory(evidence: Evidence): Story {
  const reporting = reportingOf(evidence);
  const { name, asOf } = reporting;
  return {
    title: `Record of processing of ${name}`,
    lead: [
      `Processing of ${name}'s lists in this room as it stood at ${asOf} (GDPR art. 30), made from ` +
        "the contracts, rules and lists themselves. What the room cannot know stands at the end.",
    ],
    sections: [
      controllerSection(reporting),
      contractsSection(reporting, "Contracts, and the purposes that they name"),
      listsSection(reporting, "Categories of people and of data", "People in the version in force"),
      flowsSection(reporting, "Recipients, and what each may learn"),
      limitsSection(reporting),
      measuresSection(reporting),
      unknownSection(),
      groundSection(evidence),
    ],
  };
}

function limitsSection({ report }: Reporting): Section {
  const kept = report.flows.map(({ retentionDays }) => retentionDays);
  const collected = report.flows.filter(({ channel }) => channel !== null).map((flow) => flow.audienceValidityDays);
  return {
    title: "Time limits for erasure",
    says: [],
    list: [
      ...(kept.length === 0 ? [] : [`Answers are deleted after ${counted(Math.max(...kept), "day")} at the latest.`]),
      ...(collected.length === 0
        ? []
        : [`Lists can be collected for ${counted(Math.max(...collected), "day")} at the most.`]),
      "When a contract is terminated, lists that no other contract of their owner needs are deleted with their files.",
      "People are erased from every version of the lists when the partner asks for it.",
    ],
  };
}

function unknownSection(): Section {
  return {
    title: "To be completed by the controller",
    says: ["The room does not know these, and this record does not guess them."],
    list: [
      "The legal basis of each purpose, and the controller's representative and data protection " +
        "officer where they are not among the contacts above.",
      "Where recipients process what they learned, and safeguards for transfers to third countries.",
      "Who runs the room, as processor, and where.",
    ],
  };
}
