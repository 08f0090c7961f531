// Erasures as they look over the API. Answers speak of the asking partner's own lists alone.

import { z } from "zod";
import { hashedIdentifiersSchema } from "../../domain/subject/hashed-identifier.ts";
import { instantSchema } from "./shared.ts";

export const newErasureSchema = z.strictObject({ identifiers: hashedIdentifiersSchema }).meta({
  id: "NewErasure",
  description:
    "Identifiers of people, hashed in the canonical form of your lists. Whoever has one of them is erased, by " +
    "whatever else your lists know of this person.",
});

export const erasureReplySchema = z
  .strictObject({
    at: instantSchema,
    lists: z.array(
      z.strictObject({
        dataset: z.string(),
        people: z.int().describe("people who are gone from the version in force"),
        versions: z.int().describe("versions, the one in force among them, that held any of them"),
      }),
    ),
  })
  .meta({ id: "Erasure" });
