// Signing in with accounts, as the store keeps it: partners' providers, sign-ins on their way, and whose an account is.

import type { PartnerId } from "../domain/partner/manifest.ts";
import type { PersonRow } from "./rows.ts";

/** The OpenID Connect provider with which a partner's people sign in. */
export type SignInProviderRow = {
  readonly partner: PartnerId;
  /** As its tokens name it. */
  readonly issuer: string;
  readonly clientId: string;
  /** The client's secret under the partner's data key; null for a client without one. */
  readonly sealedSecret: Uint8Array | null;
  /** The end of the address at which sign-ins begin: the partner, a dot and 256 random bits. */
  readonly entrance: string;
};

/** A sign-in on its way to a provider. */
export type SignInAttempt = {
  /** SHA-256 of the secret in the browser's cookie. */
  readonly cookieDigest: string;
  readonly issuer: string;
  /** SHA-256 of the code of the link that is used up by it, if one is. */
  readonly codeDigest: string | null;
};

export type SignInProviders = {
  readonly find: (partner: PartnerId) => Promise<SignInProviderRow | null>;
  /** Registers it, or changes the one that is there, whose entrance stays. */
  readonly put: (provider: SignInProviderRow) => Promise<void>;
  /** Deletes it with every account bound through it, and ends these people's sessions. False when there was none. */
  readonly remove: (partner: PartnerId) => Promise<boolean>;
};

export type SignInAttempts = {
  readonly open: (partner: PartnerId, attempt: SignInAttempt, minutes: number) => Promise<void>;
  /** How many of the partner's are on their way; those out of date are deleted first. */
  readonly count: (partner: PartnerId) => Promise<number>;
  /** Uses up an attempt. Null where there is none, or none in time. */
  readonly claim: (partner: PartnerId, cookieDigest: string) => Promise<SignInAttempt | null>;
};

export type Accounts = {
  /** Whose an account is, by the digest of its issuer and subject. */
  readonly personOf: (partner: PartnerId, accountDigest: string) => Promise<string | null>;
  /** Makes an account that is nobody's the person's own, in place of another one. */
  readonly bind: (person: Pick<PersonRow, "partner" | "id">, accountDigest: string) => Promise<void>;
};
