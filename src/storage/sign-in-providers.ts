// The providers with which partners' people sign in, sign-ins on their way to one, and which account is whose.

import type { SignInAttempt, SignInProviderRow } from "../ports/sign-in.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function signInProviders(tx: Statements): Transaction["signInProviders"] {
  return {
    find: async (partner) => {
      const [row] = await tx<SignInProviderRow[]>`
        select partner, issuer, client_id as "clientId", sealed_secret as "sealedSecret", entrance
        from concordat.sign_in_provider where partner = ${partner}`;
      if (row === undefined) return null;
      return { ...row, sealedSecret: row.sealedSecret === null ? null : new Uint8Array(row.sealedSecret) };
    },
    put: async ({ partner, issuer, clientId, sealedSecret, entrance }) => {
      await tx`
        insert into concordat.sign_in_provider (partner, issuer, client_id, sealed_secret, entrance)
        values (${partner}, ${issuer}, ${clientId}, ${sealedSecret}, ${entrance})
        on conflict (partner) do update
        set issuer = excluded.issuer, client_id = excluded.client_id, sealed_secret = excluded.sealed_secret,
          put_at = now()`;
    },
    remove: async (partner) => {
      await tx`delete from concordat.sign_in_attempt where partner = ${partner}`;
      await tx`
        delete from concordat.console_session where partner = ${partner} and person in (
          select person from concordat.person_account where partner = ${partner})`;
      await tx`delete from concordat.person_account where partner = ${partner}`;
      const { count } = await tx`delete from concordat.sign_in_provider where partner = ${partner}`;
      return count === 1;
    },
  };
}

export function signInAttempts(tx: Statements): Transaction["signInAttempts"] {
  return {
    open: async (partner, { cookieDigest, issuer, codeDigest }, minutes) => {
      await tx`
        insert into concordat.sign_in_attempt (partner, cookie_digest, issuer, code_digest, expires_at)
        values (${partner}, ${cookieDigest}, ${issuer}, ${codeDigest}, now() + make_interval(mins => ${minutes}))`;
    },
    count: async (partner) => {
      await tx`delete from concordat.sign_in_attempt where partner = ${partner} and expires_at <= now()`;
      const [row] = await tx<{ count: number }[]>`
        select count(*)::int4 as count from concordat.sign_in_attempt where partner = ${partner}`;
      return row?.count ?? 0;
    },
    claim: async (partner, cookieDigest) => {
      const [row] = await tx<(SignInAttempt & { readonly isInTime: boolean })[]>`
        delete from concordat.sign_in_attempt where partner = ${partner} and cookie_digest = ${cookieDigest}
        returning issuer, cookie_digest as "cookieDigest", code_digest as "codeDigest",
          expires_at > now() as "isInTime"`;
      if (row?.isInTime !== true) return null;
      const { isInTime: _, ...attempt } = row;
      return attempt;
    },
  };
}

export function accounts(tx: Statements): Transaction["accounts"] {
  return {
    personOf: async (partner, accountDigest) => {
      const [row] = await tx<{ person: string }[]>`
        select person from concordat.person_account where partner = ${partner} and account_digest = ${accountDigest}`;
      return row?.person ?? null;
    },
    bind: async ({ partner, id }, accountDigest) => {
      await tx`delete from concordat.person_account where partner = ${partner} and person = ${id}`;
      await tx`
        insert into concordat.person_account (partner, account_digest, person)
        values (${partner}, ${accountDigest}, ${id})`;
    },
  };
}
