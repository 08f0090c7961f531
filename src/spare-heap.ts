// How much garbage the process of a room lets lie before it is collected.

import { setFlagsFromString } from "node:v8";

/**
 * Left to itself V8 lets the heap grow to up to four times of what lived after the last collection, the more the slower
 * collecting was beside the work: a room between busy neighbours would take twice the memory of one at rest. As much
 * garbage as there is life is let lie here (`MemoryController::GrowingFactor` in V8's heap/heap-controller.cc).
 */
const GARBAGE_PERCENT = 100;

/** Bounds the garbage of this process, that of its threads included, from here on. */
export function spareHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${GARBAGE_PERCENT}`);
}
