// What a partner could ever learn, as it looks over the API.

import { z } from "zod";
import { partnerIdSchema } from "../../domain/partner/manifest.ts";
import { digestSchema } from "./shared.ts";

export const exposureQuerySchema = z.strictObject({
  to: partnerIdSchema.describe("the partner who would learn"),
});

const day = z.string().describe("a day, UTC");

export const exposureSchema = z
  .strictObject({
    to: z.string(),
    on: day,
    contracts: z.array(z.strictObject({ id: digestSchema, name: z.string(), state: z.string() })),
    items: z.array(
      z.strictObject({
        contract: digestSchema,
        dataset: z.string(),
        analysis: z.string(),
        purpose: z.string(),
        channel: z.string().nullable().describe("where a list goes; null for figures"),
        from: day,
        until: day,
        clauses: z
          .strictObject({ contract: z.string(), policy: z.string() })
          .describe("JSON Pointers (RFC 6901) of the clauses that permit it"),
        k: z.int().describe("people behind any figure, at the least"),
        mode: z.enum(["noise", "gaussian-noise", "exact"]),
        consents: z.array(z.string()),
        uses: z.array(
          z.strictObject({
            attribute: z.string(),
            use: z.string(),
            aggregates: z.array(z.string()).nullable().describe("null for any"),
            groupings: z.array(z.string()).nullable().describe("null for any, and for single values"),
            k: z.int().describe("people behind any figure that uses it so, at the least"),
            clamp: z
              .strictObject({ least: z.int(), most: z.int() })
              .nullable()
              .describe("in millionths of the measure's unit; null for none"),
          }),
        ),
      }),
    ),
    lines: z.array(z.string()).describe("the same in words"),
  })
  .meta({ id: "Exposure" });
