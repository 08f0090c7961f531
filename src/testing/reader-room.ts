// A room for the reader of a list, in a memory of its own.

import type { DatasetSchema } from "../domain/dataset/schema.ts";
import { rowKernels } from "../kernels/load.ts";
import { allocateFrom, type ReaderRoom, readerBytes } from "../wire/list/ordinary-rows.ts";

const PAGE_BYTES = 65_536;

/** What a reader takes for its room: one with these kernels, or none. */
export function readerRoom(kernels: WebAssembly.Module | null, schema: DatasetSchema): { readonly room?: ReaderRoom } {
  if (kernels === null) return {};
  const pages = Math.ceil(readerBytes(schema) / PAGE_BYTES) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return { room: { allocate: allocateFrom(memory.buffer, 16), kernels: rowKernels(kernels, memory) } };
}
