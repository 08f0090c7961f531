// What every matcher must answer: the same as a slow and obvious one over the same rows. Small random worlds with
// duplicates, several identifiers, shared references, tokens that look alike, filters and consents; versions laid over
// each other; lists of sizes that are hard.

import { describe } from "vitest";
import { comparisonLaws, lookalikeLaws } from "./matcher-suite/comparisons.ts";
import { contactLaws, olderVersionLaws } from "./matcher-suite/contacts.ts";
import { forgettingLaws } from "./matcher-suite/forgetting.ts";
import { incrementLaws } from "./matcher-suite/increments.ts";
import { keepingLaws } from "./matcher-suite/keeping.ts";
import { type Combination, type Make, type MakeMatcher, ROOM_KEY, sharedMatcher } from "./matcher-suite/made.ts";
import { sizeLaws } from "./matcher-suite/sizes.ts";
import { versionLaws } from "./matcher-suite/versions.ts";

/**
 * Tries matchers that `makeMatcher` makes, each time of the same combination: one for nearly all laws, since one that
 * has seen much must answer as well as a fresh one, and starting its threads takes longer than most laws.
 */
export function matcherSuite(name: string, makeMatcher: MakeMatcher, combination: Combination = {}): void {
  describe(name, () => {
    const make: Make = (own = {}) => makeMatcher({ roomKey: ROOM_KEY, ...combination, ...own });
    const matcher = sharedMatcher(() => make());
    for (const laws of [comparisonLaws, contactLaws, olderVersionLaws, versionLaws, incrementLaws, sizeLaws])
      laws(matcher);
    lookalikeLaws(make);
    forgettingLaws(make, matcher);
    keepingLaws(make, matcher);
  });
}
