import { matcherSuite } from "../matcher-suite.ts";
import { memoryMatcher } from "./memory-matcher.ts";

matcherSuite("in memory", async (options) => ({ ...memoryMatcher(options), end: async () => {} }));
