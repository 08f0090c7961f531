// Rows of a raw list, CSV or NDJSON, known by its first characters.

import { utf8 } from "../../domain/bytes.ts";
import { type ListFormat, listFormatOf } from "../../domain/dataset/list-format.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Result } from "../../domain/result.ts";
import { type CsvRow, csvRows } from "./csv-rows.ts";
import { type NdjsonColumns, ndjsonRows } from "./ndjson-rows.ts";

type Blocks = AsyncIterable<Result<string, Problem>>;

/** Rows in batches, the header first: that of the file, or of NDJSON the columns asked for. */
export async function* listRows(
  blocks: Blocks,
  columns: NdjsonColumns,
): AsyncGenerator<Result<readonly CsvRow[], Problem>> {
  const rest = blocks[Symbol.asyncIterator]();
  try {
    const held: Result<string, Problem>[] = [];
    const format = await formatOf(rest, held);
    const all = fromTheStart(held, rest);
    yield* format === "ndjson" ? ndjsonRows(all, columns) : csvRows(all);
  } finally {
    await rest.return?.();
  }
}

/** Reads blocks until their format shows, a row's length of blanks at the most. */
async function formatOf(
  blocks: AsyncIterator<Result<string, Problem>>,
  held: Result<string, Problem>[],
): Promise<ListFormat> {
  let head = "";
  for (;;) {
    const next = await blocks.next();
    if (next.done === true) return "csv";
    held.push(next.value);
    if (!next.value.ok) return "csv";
    head += next.value.value;
    const format = listFormatOf(utf8(head));
    if (format !== null || head.length > LIMITS.rowBytes) return format ?? "csv";
  }
}

async function* fromTheStart(
  held: readonly Result<string, Problem>[],
  rest: AsyncIterator<Result<string, Problem>>,
): AsyncGenerator<Result<string, Problem>> {
  yield* held;
  yield* { [Symbol.asyncIterator]: () => rest };
}
