// People of the console as they look over the API.

import { z } from "zod";
import { EVERY_ROLE, personIdSchema, personNameSchema } from "../../domain/person/person.ts";
import { instantSchema, listOf } from "./shared.ts";

export const newPersonSchema = z.strictObject({ name: personNameSchema, role: z.enum(EVERY_ROLE) }).meta({
  id: "NewPerson",
  description: "Somebody of yours who may use the console. The name stands in no log.",
});

const personSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    role: z.enum(EVERY_ROLE),
    invitedAt: instantSchema,
  })
  .meta({ id: "Person" });

export const personListSchema = listOf(personSchema).meta({ id: "PersonList" });

export const invitationSchema = z
  .strictObject({
    person: personSchema,
    link: z.string().describe("where the person signs in, below the room's address; good once, a secret until then"),
    expiresAt: instantSchema,
  })
  .meta({ id: "Invitation" });

export const removedPersonSchema = z.strictObject({ id: z.string() }).meta({ id: "RemovedPerson" });

export const personPathSchema = z.strictObject({ person: personIdSchema });
