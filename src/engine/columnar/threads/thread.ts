// What a thread works with: the kernels over the one memory, and its own room in it for what it needs in passing.

import { compressAll } from "../../../domain/identifier/token-kernel.gen.ts";
import type { Kernels } from "../../../kernels/kernels.ts";
import { wasmKernels } from "../../../kernels/load.ts";
import { plainKernels } from "../../../kernels/plain.ts";

export type Thread = {
  readonly kernels: Kernels;
  readonly buffer: SharedArrayBuffer;
  /** The compiled module, for whoever needs kernels over a memory of its own; null where they are plain. */
  readonly module: WebAssembly.Module | null;
  /** Where the thread's room for one job begins. */
  readonly scratch: number;
};

/** What every thread of a matcher is made of. */
export type Equipment = { readonly memory: WebAssembly.Memory; readonly module: WebAssembly.Module | null };

export function kernelsOf({ memory, module }: Equipment): Kernels {
  return module === null ? plainKernels(memory.buffer, compressAll) : wasmKernels(module, memory);
}
