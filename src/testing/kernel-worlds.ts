// What the kernels' tests run over: both implementations over one memory, near its start and past 2 GiB, where an
// offset is not a signed number of 32 bits. Blocks lie among guard bytes, and what a test leaves is the garbage of the
// next, so that a kernel that writes beside its room or trusts it to be empty is found out.

import { compressAll } from "../domain/identifier/token-kernel.gen.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { compileKernels, wasmKernels } from "../kernels/load.ts";
import type { Offset } from "../kernels/offset.ts";
import { plainKernels } from "../kernels/plain.ts";

const PAGES = 34_000;
const LOW = 65_536;
const HIGH = 2 ** 31 - 256;
const GUARD = new Uint8Array(32).fill(0xa5);

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array;

export type KernelWorld = {
  readonly kernels: Kernels;
  /** Room for so many bytes, at an offset divisible by 16, full of whatever was there. */
  readonly room: (bytes: number) => Offset;
  /** Room that holds a column. */
  readonly hold: (column: Column) => Offset;
  readonly words: (at: Offset, count: number) => number[];
  readonly bytes: (at: Offset, count: number) => number[];
  /** Whether nothing was written beside the rooms. */
  readonly isIntact: () => boolean;
};

const memory = new WebAssembly.Memory({ initial: PAGES, maximum: 65_536, shared: true });
const everything = new Uint8Array(memory.buffer);

/** Name and maker of every world; a maker gives a fresh world over the same memory. */
export const KERNEL_WORLDS: readonly (readonly [string, () => KernelWorld])[] = worlds();

function worlds() {
  const module = compileKernels();
  if (module === null) throw new Error("this machine cannot run the WebAssembly kernels");
  const wasm = wasmKernels(module, memory);
  const plain = plainKernels(memory.buffer, compressAll);
  return [
    ["WebAssembly", () => worldFrom(wasm, LOW)],
    ["WebAssembly past 2 GiB", () => worldFrom(wasm, HIGH)],
    ["plain JavaScript", () => worldFrom(plain, LOW)],
    ["plain JavaScript past 2 GiB", () => worldFrom(plain, HIGH)],
  ] as const;
}

function worldFrom(kernels: Kernels, start: Offset): KernelWorld {
  const guards: Offset[] = [];
  let next = start;
  const guard = (): void => {
    everything.set(GUARD, next);
    guards.push(next);
    next += GUARD.length;
  };
  guard();
  const room = (bytes: number): Offset => {
    const at = next;
    next += bytes;
    guard();
    next = Math.ceil(next / 16) * 16;
    return at;
  };
  const hold = (column: Column): Offset => {
    const at = room(column.byteLength);
    everything.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    return at;
  };
  return {
    kernels,
    room,
    hold,
    words: (at, count) => [...new Uint32Array(memory.buffer, at, count)],
    bytes: (at, count) => [...everything.subarray(at, at + count)],
    isIntact: () => guards.every((at) => GUARD.every((byte, index) => everything[at + index] === byte)),
  };
}
