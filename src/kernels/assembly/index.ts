// What the module gives: every function that JavaScript calls. Arguments are byte offsets into the one memory that is
// imported; nothing here allocates, and nothing lies in memory but what the caller put there.

export { andBits, bitsAt, bitsInBoth, countBits } from "./bitmap";
export { countCells, sumCells } from "./cells";
export { copyRuns, gather } from "./gather";
export { markBits } from "./mark";
export { order } from "./order";
export { hashRecords } from "./records";
export { countSharedTokens, sharedTokens } from "./shared-tokens";
export { meet, stand } from "./standing";
export { tokens } from "./tokens.gen";
export { markNumbers, readNumbers } from "./numbers";
export { addUp, deal, gatherTexts, group, narrow, scatter, scatterTexts, splitTokens, spread, tally } from "./scatter";
export { readRows } from "./rows";
export { declareValue } from "./values";
export { extremes, firstRepeat, marked } from "./words";
