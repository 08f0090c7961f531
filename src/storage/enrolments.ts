// Enrolment codes: the operator issues one, the partner uses it up with its first key.

import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function enrolments(tx: Statements): Transaction["enrolments"] {
  return {
    issue: async (partner, codeDigest, days) => {
      await tx`
        insert into concordat.enrolment (partner, code_digest, expires_at)
        values (${partner}, ${codeDigest}, now() + make_interval(days => ${days}))
        on conflict (partner) do update
        set code_digest = excluded.code_digest, issued_at = now(), expires_at = excluded.expires_at, used_at = null`;
    },
    redeem: async (partner, codeDigest) => {
      const { count } = await tx`
        update concordat.enrolment set used_at = now()
        where partner = ${partner} and code_digest = ${codeDigest} and used_at is null and expires_at > now()`;
      return count === 1;
    },
    open: async () => [
      ...(await tx<Awaited<ReturnType<Transaction["enrolments"]["open"]>>[number][]>`
        select partner, concordat.millis(expires_at) as "expiresAt" from concordat.enrolment
        where used_at is null and expires_at > now() order by partner`),
    ],
    end: async (partner) => {
      const { count } = await tx`
        update concordat.enrolment set expires_at = now()
        where partner = ${partner} and used_at is null and expires_at > now()`;
      return count === 1;
    },
  };
}
