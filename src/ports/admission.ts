// Who comes in, as the store keeps it: keys of partners and the codes with which the first of them enrols, their people
// and the sessions of these.

import type { UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { KeyRow, Page, PersonRow, SessionRow } from "./rows.ts";

export type Keys = {
  readonly find: (thumbprint: string) => Promise<KeyRow | null>;
  readonly ofPartner: (partner: PartnerId) => Promise<readonly KeyRow[]>;
  readonly register: (key: { thumbprint: string; partner: PartnerId; jwk: string }) => Promise<void>;
  readonly revoke: (thumbprint: string) => Promise<void>;
};

/** What a signed request presents: the thumbprint of its key, whose that key is, and a nonce for so many seconds. */
export type Presented = {
  readonly thumbprint: string;
  readonly partner: PartnerId;
  readonly nonce: string;
  readonly seconds: number;
};

/** How it stands with that: the key, null where there is none, and whether the partner spent the nonce just now. */
export type Admission = {
  readonly key: Pick<KeyRow, "partner" | "revokedAt"> | null;
  readonly isNew: boolean;
  readonly now: UnixMillis;
};

export type Enrolments = {
  /** Replaces an earlier unused code of the partner. */
  readonly issue: (partner: PartnerId, codeDigest: string, days: number) => Promise<void>;
  /** Uses up the code when it is right, unused and in time. */
  readonly redeem: (partner: PartnerId, codeDigest: string) => Promise<boolean>;
  /** Codes of the transaction's parties that may still be used, by partner. */
  readonly open: () => Promise<readonly { readonly partner: PartnerId; readonly expiresAt: UnixMillis }[]>;
  /** Ends an unused code. False when there was none in time. */
  readonly end: (partner: PartnerId) => Promise<boolean>;
};

export type People = {
  readonly find: (partner: PartnerId, id: string) => Promise<PersonRow | null>;
  /** Those who were not removed, the first invited first. `after` is the id of the last one seen. */
  readonly list: (partner: PartnerId, page: Page) => Promise<readonly PersonRow[]>;
  readonly count: (partner: PartnerId) => Promise<number>;
  readonly add: (person: Pick<PersonRow, "partner" | "id" | "name" | "role">) => Promise<void>;
  /** Deletes the name, and ends links and sessions. False when the person was removed before, or never there. */
  readonly remove: (partner: PartnerId, id: string) => Promise<boolean>;
  /** Replaces an earlier unused link of the person. */
  readonly issueLink: (person: Pick<PersonRow, "partner" | "id">, codeDigest: string, hours: number) => Promise<void>;
  /** Whom a link would sign in, while it may be used. */
  readonly linked: (partner: PartnerId, codeDigest: string) => Promise<PersonRow | null>;
  /** Uses up a link that is right, unused and in time. */
  readonly redeem: (partner: PartnerId, codeDigest: string) => Promise<boolean>;
};

export type Sessions = {
  /** @param hours after which it ends however busy it is */
  readonly open: (person: Pick<PersonRow, "partner" | "id">, cookieDigest: string, hours: number) => Promise<void>;
  /** The session, unless it ended, was not used for so many minutes, or its person was removed. */
  readonly find: (partner: PartnerId, cookieDigest: string, idleMinutes: number) => Promise<SessionRow | null>;
  readonly touch: (partner: PartnerId, cookieDigest: string) => Promise<void>;
  /** False when there was none. */
  readonly close: (partner: PartnerId, cookieDigest: string) => Promise<boolean>;
  /** Deletes sessions that ended and links that are out of date. */
  readonly purge: (idleMinutes: number) => Promise<void>;
};
