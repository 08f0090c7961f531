// People of partners and the links with which they sign in. A link is used up by being deleted.

import type { PersonRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import type { Statements } from "./pool.ts";

export function people(tx: Statements): Transaction["people"] {
  return {
    find: async (partner, id) => {
      const [row] = await tx<PersonRow[]>`
        select ${columns(tx)} from concordat.person where partner = ${partner} and id = ${id}`;
      return row ?? null;
    },
    list: async (partner, { after, limit }) => [
      ...(await tx<PersonRow[]>`
        select ${columns(tx)} from concordat.person
        where partner = ${partner} and removed_at is null and (${after}::text is null or (invited_at, id) > (
          select last.invited_at, last.id from concordat.person last
          where last.partner = ${partner} and last.id = ${after}))
        order by invited_at, id limit ${limit}`),
    ],
    count: async (partner) => {
      const [row] = await tx<{ count: number }[]>`
        select count(*)::int4 as count from concordat.person where partner = ${partner} and removed_at is null`;
      return row?.count ?? 0;
    },
    add: async ({ partner, id, name, role }) => {
      await tx`insert into concordat.person (partner, id, name, role) values (${partner}, ${id}, ${name}, ${role})`;
    },
    remove: async (partner, id) => {
      await tx`delete from concordat.sign_in_link where partner = ${partner} and person = ${id}`;
      await tx`delete from concordat.console_session where partner = ${partner} and person = ${id}`;
      await tx`delete from concordat.person_account where partner = ${partner} and person = ${id}`;
      const { count } = await tx`
        update concordat.person set name = null, removed_at = now()
        where partner = ${partner} and id = ${id} and removed_at is null`;
      return count === 1;
    },
    ...links(tx),
  };
}

type Links = Pick<Transaction["people"], "issueLink" | "linked" | "redeem">;

function links(tx: Statements): Links {
  return {
    issueLink: async ({ partner, id }, codeDigest, hours) => {
      await tx`delete from concordat.sign_in_link where partner = ${partner} and person = ${id}`;
      await tx`
        insert into concordat.sign_in_link (partner, code_digest, person, expires_at)
        values (${partner}, ${codeDigest}, ${id}, now() + make_interval(hours => ${hours}))`;
    },
    linked: async (partner, codeDigest) => {
      const [row] = await tx<PersonRow[]>`
        select ${columns(tx)} from concordat.person where partner = ${partner} and id = (
          select link.person from concordat.sign_in_link link
          where link.partner = ${partner} and link.code_digest = ${codeDigest} and link.expires_at > now())`;
      return row ?? null;
    },
    redeem: async (partner, codeDigest) => {
      const { count } = await tx`
        delete from concordat.sign_in_link
        where partner = ${partner} and code_digest = ${codeDigest} and expires_at > now()`;
      return count === 1;
    },
  };
}

function columns(tx: Statements) {
  return tx`partner, id, name, role, concordat.millis(invited_at) as "invitedAt",
    concordat.millis(removed_at) as "removedAt"`;
}
