// The page of an evidence file out of its parts. The room writes it, and a verifier writes it again: a page that says
// anything else than the evidence under it is found.

import { assessmentStory } from "./assessment-story.ts";
import { breachStory } from "./breach-story.ts";
import { type Evidence, evidenceLines } from "./document.ts";
import { logStory } from "./log-story.ts";
import { evidencePage, type Story } from "./page.ts";
import { recordStory } from "./record-story.ts";

/** The whole file. Requires parts that were verified, or were just made. */
export function evidenceFile(evidence: Evidence): string {
  return evidencePage(storyOf(evidence), evidenceLines(evidence));
}

function storyOf(evidence: Evidence): Story {
  const { about } = evidence.contents;
  switch (about.kind) {
    case "log":
      return logStory(evidence, about);
    case "record":
      return recordStory(evidence);
    case "assessment":
      return assessmentStory(evidence);
    case "breach":
      return breachStory(evidence, about);
  }
}
