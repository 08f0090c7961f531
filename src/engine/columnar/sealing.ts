// What every step of sealing works on, and how it tells of its progress.

import type { Matcher } from "../../ports/matcher.ts";
import type { RowShape } from "../../wire/segment/shape.ts";
import type { Draft } from "./draft.ts";
import type { Engine } from "./engine.ts";
import type { StagedRows } from "./gather.ts";
import type { SealedFileWriter } from "./sealed-file.ts";

export type Upload = Parameters<Matcher["seal"]>[0];

export type Sealing = {
  readonly upload: Upload;
  readonly shape: RowShape;
  readonly staged: StagedRows;
  /** References that an upsert names in rows without any identifier. */
  readonly blanks: StagedRows;
  readonly file: SealedFileWriter;
};

export type Step = {
  readonly engine: Engine;
  readonly file: SealedFileWriter;
  readonly shape: RowShape;
  readonly staged: StagedRows;
  readonly draft: Draft;
  /** Which row of the version each gathered row becomes, where somebody must know: a word a row in the arena. */
  readonly finals: { offset: number };
  readonly progress: Progress;
};

export type Progress = {
  readonly gathered: (rows: number) => void;
  readonly made: (rows: number) => void;
  /** Tells that every row is sealed. */
  readonly done: () => void;
  readonly check: () => void;
};

/** Gathering and making count half each; told as rows sealed, of the rows that are read for it. */
export function progressOf(upload: Upload, rowsTotal: number): Progress {
  let halves = 0;
  const check = () => upload.signal?.throwIfAborted();
  const tell = (rows: number) => {
    halves += rows;
    upload.onProgress?.({ rowsSealed: Math.min(rowsTotal, Math.floor(halves / 2)), rowsTotal });
    check();
  };
  return { gathered: tell, made: tell, done: () => tell(2 * rowsTotal), check };
}
