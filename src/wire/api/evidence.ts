// What evidence is asked about, over the API.

import { z } from "zod";
import { contractIdSchema } from "../../domain/contract/document.ts";
import { dateSchema } from "../../domain/policy/document.ts";
import { earlierShape, isBothOrNeither } from "./audit.ts";
import { thumbprintSchema } from "./shared.ts";

const day = dateSchema.describe("a day, UTC, such as `2026-11-26`; the first and the last day are included");

export const formSchema = z.enum(["page", "lines"]).describe("`page` when absent");

/** What evidence is about: a contract with all its versions, a key of the caller's, a time; each narrows the others. */
export const evidenceQuerySchema = z
  .strictObject({
    ...earlierShape,
    contract: contractIdSchema.optional(),
    key: thumbprintSchema.optional().describe("the thumbprint of a key of yours: a person is a key"),
    from: day.optional(),
    until: day.optional(),
    form: formSchema.optional(),
  })
  .refine(...isBothOrNeither)
  .refine(({ contract, key, from }) => contract ?? key ?? from, "name a `contract`, a `key`, or a time with `from`")
  .refine(isInOrder, "`from` is not after `until`");

export const reportQuerySchema = z.strictObject({ form: formSchema.optional() });

export const breachQuerySchema = z
  .strictObject({ from: day, until: day, form: formSchema.optional() })
  .refine(isInOrder, "`from` is not after `until`");

type Time = { readonly from?: string | undefined; readonly until?: string | undefined };

function isInOrder({ from, until }: Time): boolean {
  return from === undefined || until === undefined || from <= until;
}
