// Sessions of the console. One that was not used for a while, or is old, is not there; a purge deletes it.

import type { PersonRow, SessionRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function sessions(tx: Statements): Transaction["sessions"] {
  return {
    open: async ({ partner, id }, cookieDigest, hours) => {
      await tx`
        insert into concordat.console_session (partner, cookie_digest, person, ends_at)
        values (${partner}, ${cookieDigest}, ${id}, now() + make_interval(hours => ${hours}))`;
    },
    find: async (partner, cookieDigest, idleMinutes) => {
      const [row] = await tx<(PersonRow & { readonly seenAt: SessionRow["seenAt"] })[]>`
        select person.partner, person.id, person.name, person.role, concordat.millis(invited_at) as "invitedAt",
          concordat.millis(removed_at) as "removedAt", concordat.millis(seen_at) as "seenAt"
        from concordat.console_session session
        join concordat.person on person.partner = session.partner and person.id = session.person
        where session.partner = ${partner} and cookie_digest = ${cookieDigest} and removed_at is null
          and ends_at > now() and seen_at > now() - make_interval(mins => ${idleMinutes})`;
      if (row === undefined) return null;
      const { seenAt, ...person } = row;
      return { person, seenAt };
    },
    touch: async (partner, cookieDigest) => {
      await tx`
        update concordat.console_session set seen_at = now()
        where partner = ${partner} and cookie_digest = ${cookieDigest}`;
    },
    close: async (partner, cookieDigest) => {
      const { count } = await tx`
        delete from concordat.console_session where partner = ${partner} and cookie_digest = ${cookieDigest}`;
      return count === 1;
    },
    purge: async (idleMinutes) => {
      await tx`
        delete from concordat.console_session
        where ends_at <= now() or seen_at <= now() - make_interval(mins => ${idleMinutes})`;
      await tx`delete from concordat.sign_in_link where expires_at <= now()`;
      await tx`delete from concordat.sign_in_attempt where expires_at <= now()`;
    },
  };
}
