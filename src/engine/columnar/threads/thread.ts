// What a thread works with: the kernels over the one memory, and its own room in it for what it needs in passing.

import { compressAll } from "../../../domain/identifier/token-kernel.gen.ts";
import type { Kernels } from "../../../kernels/kernels.ts";
import { type RowKernels, rowKernels, wasmKernels } from "../../../kernels/load.ts";
import { plainKernels } from "../../../kernels/plain.ts";

export type Thread = {
  readonly kernels: Kernels;
  readonly buffer: SharedArrayBuffer;
  /** What reads the ordinary rows of a list; null where kernels are plain. */
  readonly rowKernels: RowKernels | null;
  /** Where the thread's room for one job begins. */
  readonly scratch: number;
};

/** What every thread of a matcher is made of. */
export type Equipment = { readonly memory: WebAssembly.Memory; readonly module: WebAssembly.Module | null };

export function kernelsOf({ memory, module }: Equipment): Kernels {
  return module === null ? plainKernels(memory.buffer, compressAll) : wasmKernels(module, memory);
}

/** A thread's tools, all but its room. */
export function toolsOf(equipment: Equipment): Omit<Thread, "scratch"> {
  const { memory, module } = equipment;
  const kernels = kernelsOf(equipment);
  return { kernels, buffer: memory.buffer, rowKernels: module === null ? null : rowKernels(module, memory) };
}
