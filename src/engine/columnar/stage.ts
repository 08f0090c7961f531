// Staging: one part of a list, from the raw request to one sealed file of tokens. Digests exist only in the batch that
// is being read; nothing of a refused or broken part stays behind.

import { mkdir } from "node:fs/promises";
import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import { DIGEST_WORDS, TOKEN_WORDS, type Tokeniser } from "../../domain/identifier/token-kernel.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { ListRefusal, Matcher, ReadPart, StagedPart } from "../../ports/matcher.ts";
import { BATCH_ROWS, type RowBatch } from "../../wire/list/batch.ts";
import { readBlocks } from "../../wire/list/body.ts";
import { kindsOf } from "../../wire/list/columns.ts";
import { type ListReader, listReader } from "../../wire/list/reader.ts";
import { partEncoder, partLabel, writeSummary } from "../../wire/segment/part.ts";
import type { Layout } from "./layout.ts";
import { createSealedFile, type SealedFileWriter, syncDirectory } from "./sealed-file.ts";

export type TokeniserOf = (kind: IdentifierKind) => Tokeniser;

type Part = Parameters<Matcher["stagePart"]>[0];

export async function stagePart(
  layout: Layout,
  tokeniserOf: TokeniserOf,
  part: Part,
): Promise<Result<ReadPart, ListRefusal>> {
  const directory = layout.staging(part.staging);
  const isNew = (await mkdir(directory, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew) await syncDirectory(layout.stagings);
  const label = partLabel(part.staging, part.number);
  const file = await createSealedFile({ directory, dataKey: part.dataKey, label });
  let isRead = false;
  try {
    const staged = await readInto(file, tokeniserOf, part);
    if (!staged.ok) return staged;
    await file.close();
    isRead = true;
    const keep = () => file.publish(layout.part(part.staging, part.number));
    return ok({ part: staged.value, keep, drop: () => file.abandon() });
  } finally {
    if (!isRead) await file.abandon();
  }
}

async function readInto(
  file: SealedFileWriter,
  tokeniserOf: TokeniserOf,
  part: Part,
): Promise<Result<StagedPart, ListRefusal>> {
  const encoder = partEncoder(part.schema);
  const tokenise = batchTokeniser(part, tokeniserOf);
  const reader = listReader({
    schema: part.schema,
    ...(part.columns === undefined ? {} : { columns: part.columns }),
    onBatch: (batch) => file.add(encoder.batch(batch, tokenise(batch)), false),
  });
  const refusal =
    (await readBlocks(part.body, async (block) => {
      const fault = reader.push(block);
      await file.flush();
      return fault;
    })) ?? reader.end();
  if (refusal !== null) return err(refusal);
  file.add(writeSummary(encoder.summary), true);
  return ok(stagedPart(part.number, reader));
}

/** Turns the digests of a batch into tokens, kind by kind, in memory that is used again for every batch. */
function batchTokeniser({ schema }: Part, tokeniserOf: TokeniserOf): (batch: RowBatch) => readonly Uint32Array[] {
  const kinds = kindsOf(schema).map((kind) => ({
    tokenise: tokeniserOf(kind),
    tokens: new Uint32Array(BATCH_ROWS * TOKEN_WORDS),
  }));
  return (batch) =>
    kinds.map(({ tokenise, tokens }, index) => {
      const digests = batch.identifiers[index]?.digests;
      if (digests === undefined) throw new Error("a batch of another schema");
      tokenise(digests.subarray(0, batch.rows * DIGEST_WORDS), batch.rows, tokens);
      return tokens;
    });
}

function stagedPart(number: number, { counts, columns }: ListReader): StagedPart {
  const rejects = counts.rejects.map((reject) => ({ part: number, ...reject }));
  return { number, columns: columns(), report: { ...counts, rejects } };
}
