// The provider with which a partner's people sign in, as it looks over the API.

import { z } from "zod";

// What reaches the log holds no letter that a person's name could be told by, and no digest.
const ISSUER =
  /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~-]+)*\/?$|^https?:\/\/\[[0-9a-f:]+\](?::\d{1,5})?\/?$/;

export const newProviderSchema = z
  .strictObject({
    issuer: z
      .string()
      .max(500)
      .regex(ISSUER, "the address of an issuer, without query, such as `https://login.example.com/realms/staff`")
      .refine((text) => !/[0-9a-f]{64}/i.test(text), "an issuer has no digest in its address")
      .describe("exactly as the provider's tokens name it"),
    clientId: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[\x21-\x3f\x41-\x7e]+$/, "visible characters without `@`")
      .refine((text) => !/[0-9a-f]{64}/i.test(text), "a client's id is not a digest")
      .describe("what the provider calls the room"),
    clientSecret: z
      .string()
      .min(8)
      .max(1_000)
      .exactOptional()
      .describe("left out for a client without one; kept sealed under your data key, and never shown again"),
  })
  .meta({
    id: "NewSignInProvider",
    description: "Your OpenID Connect provider. Register the room there with `returnPath` below the room's address.",
  });

export const providerSchema = z
  .strictObject({
    issuer: z.string(),
    clientId: z.string(),
    hasSecret: z.boolean(),
    entrancePath: z.string().describe("where your people sign in, below the room's address"),
    returnPath: z.string().describe("the redirect URI to register at the provider, below the room's address"),
  })
  .meta({ id: "SignInProvider" });

export const removedProviderSchema = z.strictObject({ partner: z.string() }).meta({ id: "RemovedSignInProvider" });
