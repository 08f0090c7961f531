// What the page *Lists* and the thread that reads a raw list say to each other. Towards the page go names of columns,
// counts, hashed parts and, as a file that it only offers for download, the refused rows; never a raw cell by itself.

import type { Oddity } from "../../client/local/oddities.ts";
import type { SchemaDraft } from "../../client/local/propose-schema.ts";
import type { Recognised } from "../../client/local/recognise-columns.ts";
import type { DatasetSchema } from "../../domain/dataset/schema.ts";

/** A list to hash under its schema. */
export type Hashing = {
  readonly kind: "hash";
  readonly file: Blob;
  readonly schema: DatasetSchema;
  /** Columns of the schema by what the file calls them. */
  readonly columns: readonly (readonly [from: string, column: string])[];
  readonly country: string | undefined;
  readonly change: "replace" | "upsert" | "delete";
  /** Digests of the parts that the room has of this very list, in their order: these are not handed over again. */
  readonly known: readonly string[];
};

/** `sent`: the room has the part that was handed over. */
export type Asked =
  | { readonly kind: "propose"; readonly file: Blob; readonly country: string | undefined }
  | { readonly kind: "look"; readonly file: Blob; readonly schema: DatasetSchema; readonly country: string | undefined }
  | Hashing
  | { readonly kind: "sent" };

/** One part of the hashed list, packed; `rows` were hashed when it was cut. */
export type CutPart = { readonly number: number; readonly digest: string; readonly bytes: ArrayBuffer };

export type Told =
  | { readonly kind: "proposed"; readonly header: readonly string[]; readonly draft: SchemaDraft }
  | { readonly kind: "seen"; readonly header: readonly string[]; readonly columns: readonly Recognised[] }
  | ({ readonly kind: "part" } & CutPart)
  | { readonly kind: "progress"; readonly rows: number; readonly bytes: number }
  | {
      readonly kind: "hashed";
      readonly digests: readonly string[];
      readonly counts: {
        readonly rows: number;
        readonly hashed: number;
        readonly blank: number;
        readonly refused: number;
      };
      readonly oddities: readonly Oddity[];
      /** What a person reads of every column, line by line. */
      readonly lines: readonly string[];
      readonly isRefused: boolean;
      /** The refused rows with reason and line, as CSV; null where there are none. */
      readonly refusedRows: Blob | null;
    }
  | { readonly kind: "failed"; readonly says: string; readonly next: string };
