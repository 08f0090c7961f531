// Rights of the people in lists as they look over the API. Answers speak of the asking partner's own lists alone.

import { z } from "zod";
import { identifierKindSchema } from "../../domain/dataset/schema.ts";
import { LIMITS } from "../../domain/limits.ts";
import { hashedIdentifiersSchema } from "../../domain/subject/hashed-identifier.ts";
import { consentScopeSchema, objectionScopeSchema, scopeSchema } from "../../domain/subject/objection.ts";
import { issuerSchema, requesterSchema } from "../../domain/subject/requester.ts";
import { instantSchema, listOf } from "./shared.ts";

export const newErasureSchema = z.strictObject({ identifiers: hashedIdentifiersSchema }).meta({
  id: "NewErasure",
  description:
    "Identifiers of people, hashed in the canonical form of your lists. Whoever has one of them is erased, by " +
    "whatever else your lists know of this person.",
});

const recipientsSchema = z
  .array(z.strictObject({ recipient: z.string(), lists: z.int().describe("lists of people that it has collected") }))
  .describe(
    "partners who have collected lists that were made with yours, whomever these named: each is told of what " +
      "concerns it, and nobody else is told whether anything does",
  );

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
    recipients: recipientsSchema,
  })
  .meta({ id: "Erasure" });

const scopedSchema = { identifiers: hashedIdentifiersSchema };

export const newObjectionSchema = objectionScopeSchema.extend(scopedSchema).meta({
  id: "NewObjection",
  description:
    "People who object to a purpose, to a channel, to a purpose through a channel, or to everything where neither is " +
    "named. They are left out of it from the next answer on, whatever is uploaded.",
});

export const newWithdrawalSchema = consentScopeSchema.extend(scopedSchema).meta({
  id: "NewWithdrawal",
  description: "People who take a consent back, by the name that your lists have for it, whatever rows say of it.",
});

export const objectionReplySchema = z
  .strictObject({
    at: instantSchema,
    lists: z.array(
      z.strictObject({
        dataset: z.string(),
        people: z.int().describe("people of the version in force whom it names"),
        versions: z.int().describe("versions, the one in force among them, that hold any of them"),
      }),
    ),
    inForce: z.array(scopeSchema).describe("what any of these people object to from now on"),
    recipients: recipientsSchema.describe(
      "partners who have collected lists that it concerns, whomever these named; nobody where something is lifted",
    ),
  })
  .meta({ id: "Objection" });

export const newAccessSchema = z.strictObject({ identifiers: hashedIdentifiersSchema }).meta({
  id: "NewAccess",
  description: "Identifiers of one person, hashed. Those of several people are answered for all of them together.",
});

const storedVersionSchema = z.strictObject({
  version: z.string(),
  sealedAt: instantSchema,
  isInForce: z.boolean(),
  identifiers: z.array(identifierKindSchema).describe("kinds of identifiers, which are kept as tokens alone"),
  rows: z.array(
    z.strictObject({
      record: z.string(),
      attributes: z.record(z.string(), z.string()),
      measures: z.record(z.string(), z.int()).describe("in the measure's smallest unit"),
      consents: z.array(z.string()).describe("what the person consents to by these rows"),
    }),
  ),
});

export const accessReplySchema = z
  .strictObject({
    at: instantSchema,
    datasets: z.array(z.strictObject({ dataset: z.string(), versions: z.array(storedVersionSchema) })),
    contracts: z
      .array(
        z.strictObject({
          contract: z.string(),
          name: z.string(),
          state: z.string(),
          validity: z.strictObject({ from: z.string(), until: z.string() }),
          members: z.array(z.string()),
          analyses: z.array(
            z.strictObject({
              analysis: z.string(),
              purposes: z.array(z.string()),
              recipients: z.array(z.string()),
              channels: z.array(z.string()),
            }),
          ),
          retention: z.string().describe("how long answers are kept"),
          audienceValidity: z.string().describe("how long a list may be collected"),
        }),
      )
      .describe("contracts, in whatever state, that name a list which holds the person: purposes and recipients"),
    recipients: recipientsSchema,
    inForce: z.array(scopeSchema).describe("what the person objects to"),
    isKeptOut: z.boolean().describe("whether an identifier was erased before, and is kept out of later uploads"),
  })
  .meta({
    id: "Access",
    description:
      "What you have of a person, in your own lists. Whether anybody else knows the person stands nowhere in it: " +
      "recipients are those of your lists, whomever these named.",
  });

const noticeIdSchema = z.string().regex(/^ntc_[A-Za-z0-9_-]{22}$/, "a notice's name");

const noticeSchema = z
  .strictObject({
    id: z.string(),
    release: z.string().describe("the release that gave you the list"),
    remove: z
      .enum(["records", "list"])
      .describe("`records`: those named; `list`: all of it, as of a list whose entries are deniable"),
    records: z.array(z.string()).describe("your own record references; none where the whole list is to go"),
    signed: z.string().describe("the same, signed by the room: compact JWS of `removal-notice/1`"),
  })
  .meta({
    id: "RemovalNotice",
    description: "Remove these records of yours from a list that you hold. It says neither who asked for it nor why.",
  });

export const noticeListSchema = listOf(noticeSchema).meta({ id: "RemovalNoticeList" });

export const acknowledgementSchema = z
  .strictObject({
    notices: z
      .array(noticeIdSchema)
      .max(LIMITS.acknowledgedNotices)
      .describe("notices that you fetched and have acted on; none is an acknowledgement too"),
  })
  .meta({
    id: "Acknowledgement",
    description:
      "Send one behind each fetch, also where there was nothing: then your entries in the log are as many either way.",
  });

export const newRequesterSchema = requesterSchema.meta({
  id: "NewRequester",
  description:
    "A party that may ask for deletions from your lists (IAB Tech Lab Data Deletion Request Framework): the domain " +
    "that it signs for and its public keys, each with `kid` and `alg`. It replaces what this domain had before.",
});

export const requesterReplySchema = requesterSchema
  .extend({
    registeredAt: instantSchema,
    retiredAt: instantSchema.nullable().describe("from when on nothing of it is taken"),
  })
  .meta({ id: "Requester" });

export const requesterListSchema = z
  .strictObject({ items: z.array(requesterReplySchema) })
  .meta({ id: "RequesterList" });

export const requesterPathSchema = z.strictObject({ issuer: issuerSchema });
