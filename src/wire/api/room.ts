// What the operator does to the room itself, as it looks over the API.

import { z } from "zod";

export const wrappingRotationSchema = z
  .strictObject({
    from: z.string().describe("the id of the former wrapping key, which tells nothing of it"),
    to: z.string().describe("the id of the key that the key ring lies under now"),
    holders: z.int().describe("keys in the ring"),
  })
  .meta({ id: "WrappingRotation" });

export const handOverSchema = z
  .strictObject({
    from: z.string().describe("thumbprint of the key that handed the log over"),
    to: z.string().describe("thumbprint of the key that signs from now on"),
    index: z.int().describe("the entry of the hand-over, the last that the former key signed for"),
    note: z
      .string()
      .describe("what the former key signed (C2SP signed-note); `/.well-known/jwks.json` has all of them"),
  })
  .meta({ id: "LogHandOver" });
