// What every matcher must answer: the same as a slow and obvious one over the same rows. Small random worlds with
// duplicates, several identifiers, shared references, tokens that look alike, filters and consents; versions laid over
// each other; lists of sizes that are hard.

import { describe } from "vitest";
import { comparisonLaws } from "./matcher-suite/comparisons.ts";
import { forgettingLaws } from "./matcher-suite/forgetting.ts";
import { incrementLaws } from "./matcher-suite/increments.ts";
import { keepingLaws } from "./matcher-suite/keeping.ts";
import { type Combination, type MakeMatcher, ROOM_KEY } from "./matcher-suite/made.ts";
import { sizeLaws } from "./matcher-suite/sizes.ts";
import { versionLaws } from "./matcher-suite/versions.ts";

/** Tries a matcher that `makeMatcher` makes anew for each group of laws, each time of the same combination. */
export function matcherSuite(name: string, makeMatcher: MakeMatcher, combination: Combination = {}): void {
  describe(name, () => {
    for (const laws of [comparisonLaws, versionLaws, incrementLaws, forgettingLaws, keepingLaws, sizeLaws])
      laws((own = {}) => makeMatcher({ roomKey: ROOM_KEY, ...combination, ...own }));
  });
}
