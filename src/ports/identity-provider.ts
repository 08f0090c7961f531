// Signing people in where their company keeps their accounts: what a sign-in needs of a provider, whatever it speaks.

import type { Result } from "../domain/result.ts";

/** A provider, and what the room is to it. */
export type ProviderSettings = {
  /** As its tokens name it. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a client without one. Secret. */
  readonly clientSecret: string | null;
};

/** What ties an answer to the browser that began: each from 256 random bits. Secret, but for `state` and `nonce`. */
export type SignInTies = { readonly state: string; readonly nonce: string; readonly verifier: string };

/**
 * Why a provider signs nobody in: it does not answer as it should, or what it answers is refused. `says` is a sentence
 * without a full stop that holds nothing secret.
 */
export type ProviderFailure = { readonly kind: "failed" | "refused"; readonly says: string };

export type IdentityProvider = {
  /** Asks a provider who it is. Fails where it is not the issuer that it is named as, or may not be reached. */
  readonly check: (settings: ProviderSettings) => Promise<Result<null, ProviderFailure>>;
  /** Where a browser goes to sign in, and back to `returnTo`. */
  readonly begin: (
    settings: ProviderSettings,
    sent: { readonly ties: SignInTies; readonly returnTo: string },
  ) => Promise<Result<string, ProviderFailure>>;
  /**
   * Who came back: what the provider calls the person, which no two of its accounts share.
   * @param came.url the whole address at which the browser arrived
   */
  readonly finish: (
    settings: ProviderSettings,
    came: { readonly ties: SignInTies; readonly url: string },
  ) => Promise<Result<string, ProviderFailure>>;
};
