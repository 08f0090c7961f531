// Questions, explanations and releases as they look over the API.

import { z } from "zod";
import { AGGREGATES, analysisSchema } from "../../domain/policy/limits-document.ts";
import { questionSchema } from "../../domain/question/question.ts";
import { instantSchema, listOf, pageQuerySchema } from "./shared.ts";

export const askedQuestionSchema = questionSchema.meta({ id: "Question" });

const reasonSchema = z
  .strictObject({
    document: z.enum(["contract", "policy"]),
    partner: z.string().optional().describe("whose policy"),
    version: z.int(),
    digest: z.string(),
    pointer: z.string().describe("JSON pointer of the clause"),
    effect: z.enum(["permits", "limits", "denies"]),
    says: z.string(),
  })
  .meta({ id: "Reason" });

const chargeSchema = z
  .strictObject({
    owner: z.string(),
    dataset: z.string(),
    account: z.string().describe("the recipient, or `everyone` together"),
    nanoRho: z.string().describe("what the answer takes, in 1e-9 rho (zCDP)"),
    left: z.strictObject({ nanoRho: z.string(), epsilon: z.string(), answers: z.string() }),
  })
  .meta({ id: "Charge" });

const figure = {
  released: z.int().optional(),
  interval: z.array(z.int()).length(2).optional().describe("95 %"),
  withheld: z.literal(true).optional(),
  says: z.string().optional().describe("`fewer than k`, whatever the reason"),
};

const overlapFigures = {
  sizes: z.array(z.strictObject({ dataset: z.string(), ...figure })),
  regions: z.array(z.strictObject({ members: z.array(z.string()), ...figure })),
  matchRates: z.array(z.strictObject({ dataset: z.string(), share: z.number() })),
};

const privacySchema = z.looseObject({ mode: z.enum(["noise", "exact"]) });

const keySchema = z.string().nullable().describe("null: people whose value is none of the contract's");

const axisShape = {
  dataset: z.string(),
  attribute: z.string(),
  grouping: z.string().optional().describe("the contract's grouping, where keys are groups"),
};

const tableFigures = {
  axes: z
    .array(z.strictObject({ ...axisShape, keys: z.array(keySchema) }))
    .describe("the attributes of a cross-tab and their keys, which are the contract's"),
  measure: z.strictObject({
    dataset: z.string(),
    measure: z.string(),
    aggregate: z.enum(AGGREGATES),
    scale: z.int().describe("its figures count units of 10^-scale"),
    clamp: z.strictObject({ min: z.int(), max: z.int() }).describe("what each person's value is kept within"),
  }),
  cells: z.array(
    z.strictObject({
      keys: z.array(keySchema),
      people: z.strictObject(figure),
      measure: z.strictObject(figure).optional().describe("the sum or the mean of the measure"),
    }),
  ),
};

const affinityFigures = {
  attribute: z.strictObject(axisShape),
  segments: z
    .array(
      z.strictObject({
        key: keySchema,
        shared: z.strictObject(figure).describe("people of the segment whom both lists share"),
        all: z.strictObject(figure).describe("people of the segment on its list"),
        index: z.strictObject(figure).describe("100 times the lift"),
        lift: z.number().optional(),
      }),
    )
    .describe("the greatest lift first"),
};

const pointSchema = z.strictObject({
  asOf: instantSchema,
  versions: z.record(z.string(), z.string()),
  sizes: overlapFigures.sizes.optional(),
  regions: overlapFigures.regions.optional(),
  matchRates: overlapFigures.matchRates.optional(),
  axes: tableFigures.axes.optional(),
  measure: tableFigures.measure.optional(),
  cells: tableFigures.cells.optional(),
  privacy: privacySchema,
});

export const releaseSchema = z
  .strictObject({
    id: z.string(),
    kind: analysisSchema,
    outcome: z.enum(["released", "withheld"]),
    contract: z.string(),
    recipient: z.string(),
    asOf: instantSchema,
    expiresAt: instantSchema,
    question: z.looseObject({}),
    versions: z.record(z.string(), z.string()),
    consents: z.record(z.string(), z.array(z.string())).describe("consents that each list's people had to carry"),
    sizes: overlapFigures.sizes.optional(),
    regions: overlapFigures.regions.optional(),
    matchRates: overlapFigures.matchRates.optional(),
    byIdentifier: z.array(z.strictObject({ identifier: z.string(), ...figure })).optional(),
    axes: tableFigures.axes.optional(),
    measure: tableFigures.measure.optional(),
    cells: tableFigures.cells.optional(),
    attribute: affinityFigures.attribute.optional().describe("whose values are the segments of an affinity"),
    segments: affinityFigures.segments.optional(),
    points: z.array(pointSchema).optional().describe("a trend: earlier answers, and last the present one"),
    size: z.strictObject(figure).optional().describe("how many records a list has; they are at `/rows`"),
    deniability: z
      .strictObject({
        epsilon: z.string().describe("of the coin that is tossed for each record"),
        turned: z.number().describe("the chance with which a record is told the other way round"),
        falseShare: z.number().optional().describe("the share of entries that are false on purpose, estimated"),
        says: z.string(),
      })
      .optional()
      .describe("of a list whose entries are deniable"),
    privacy: privacySchema,
    spent: z.array(chargeSchema),
    reasons: z.array(reasonSchema),
    salt: z.string(),
    receipt: z.string().describe("compact JWS by the room's key over the digest of the rest, with its log entry"),
  })
  .meta({ id: "Release" });

export const releaseListSchema = listOf(releaseSchema).meta({ id: "ReleaseList" });

export const receiptSchema = z.strictObject({ receipt: z.string() }).meta({ id: "Receipt" });

export const explanationSchema = z
  .strictObject({
    isPermitted: z.boolean(),
    question: z.looseObject({}).describe("the canonical form: what is the same question"),
    words: z.strictObject({
      verdict: z.string(),
      because: z.array(z.string()),
      tells: z.array(z.string()),
      costs: z.array(z.string()),
      next: z.array(z.string()),
    }),
    reasons: z.array(reasonSchema),
    instead: z.array(z.strictObject({ question: z.looseObject({}), says: z.string() })),
    price: z
      .strictObject({
        epsilon: z.string(),
        mechanism: z
          .enum(["discrete-laplace", "discrete-gaussian"])
          .nullable()
          .describe("the noise that figures would carry; null in exact mode"),
        plusMinus: z.int().describe("half of the 95 % interval around each count of people"),
        expected: z
          .array(z.strictObject({ of: z.string(), plusMinus: z.int(), scale: z.int(), sigma: z.number().optional() }))
          .describe("the same for each kind of figure, in units of 10^-scale"),
        charges: z.array(chargeSchema),
        isRecorded: z.boolean(),
      })
      .nullable(),
  })
  .meta({ id: "Explanation" });

export const budgetSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        dataset: z.string(),
        recipient: z.string(),
        nanoRho: z.string(),
        release: z.string(),
        at: instantSchema,
      }),
    ),
    next: z.string().nullable(),
    spent: z.array(
      z.strictObject({ dataset: z.string(), recipient: z.string(), nanoRho: z.string().describe("for ever") }),
    ),
  })
  .meta({ id: "Budget", description: "What answers about the caller's lists have taken, line by line and in all." });

/** Lines are numbered, and so are the pages' ends. */
export const budgetQuerySchema = pageQuerySchema.extend({
  after: z
    .string()
    .regex(/^\d{1,15}$/, "what `next` of the page before says")
    .optional(),
});

export const releasePathSchema = z.strictObject({ release: z.string().regex(/^rel_[A-Za-z0-9_-]{22}$/) });
