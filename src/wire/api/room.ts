// What the operator does to the room itself, as it looks over the API.

import { z } from "zod";

export const wrappingRotationSchema = z
  .strictObject({
    from: z.string().describe("the id of the former wrapping key, which tells nothing of it"),
    to: z.string().describe("the id of the key that the key ring lies under now"),
    holders: z.int().describe("keys in the ring"),
  })
  .meta({ id: "WrappingRotation" });
