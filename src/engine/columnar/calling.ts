// The work of single kernels: a thread calls one, with what it is given.

import type { Kernels } from "../../kernels/kernels.ts";
import type { Thread } from "./threads/thread.ts";

/** A kernel with its input: offsets and numbers, which can be sent to a thread. */
export type KernelCall = {
  readonly [Name in keyof Kernels]: { readonly name: Name; readonly input: Parameters<Kernels[Name]> };
}[keyof Kernels];

export function beginCalling({ kernels }: Thread): (call: KernelCall) => { outcome: unknown } {
  return ({ name, input }) => {
    // SAFETY: a call holds a kernel together with the input of that kernel.
    const kernel = kernels[name] as (...input: KernelCall["input"]) => unknown;
    return { outcome: kernel(...input) };
  };
}
