// The house rules, in the order in which the house is described: who imports whom, how code is written, how it is
// tested, and what is never left lying about.

import type { Rule } from "./rule.ts";
import { catches } from "./rules/catches.ts";
import { comments } from "./rules/comments.ts";
import { docstrings } from "./rules/docstrings.ts";
import { fallbacks } from "./rules/fallbacks.ts";
import { importCycles } from "./rules/import-cycles.ts";
import { importFiles } from "./rules/import-files.ts";
import { importTable } from "./rules/import-table.ts";
import { migrations } from "./rules/migrations.ts";
import { names } from "./rules/names.ts";
import { prose } from "./rules/prose.ts";
import { purity } from "./rules/purity.ts";
import { sizes } from "./rules/sizes.ts";
import { tests } from "./rules/tests.ts";
import { topLevel } from "./rules/top-level.ts";
import { typeEscapes } from "./rules/type-escapes.ts";
import { unusedExports } from "./rules/unused-exports.ts";
import { writtenTwice } from "./rules/written-twice.ts";

export const RULES: readonly Rule[] = [
  importTable,
  importCycles,
  importFiles,
  typeEscapes,
  purity,
  catches,
  sizes,
  names,
  comments,
  docstrings,
  unusedExports,
  writtenTwice,
  fallbacks,
  tests,
  prose,
  migrations,
  topLevel,
];
