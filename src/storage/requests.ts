// Requests for approval: questions that wait for people, with what was said to each. Whether one is open at this
// moment is said here once, for finding and listing; what it means is `domain/approval`'s business.

import { personIdSchema } from "../domain/person/person.ts";
import type { Page, RequestFile } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import type { Statements } from "./pool.ts";

export function requests(tx: Statements): Transaction["requests"] {
  return {
    find: async (id) => {
      const [row] = await tx<RequestFile[]>`${file(tx)} where id = ${id}`;
      return row ?? null;
    },
    openOf: async ({ contract, recipient, questionDigest }) => {
      const [row] = await tx<RequestFile[]>`
        ${file(tx)} where contract = ${contract} and recipient = ${recipient} and question_digest = ${questionDigest}
          and not ${hasEnded(tx)} and expires_at > now()
        order by asked_at desc limit 1`;
      return row ?? null;
    },
    waiting: (asked) => waiting(tx, asked),
    listOpen: async (partner, page) => [
      ...(await tx<RequestFile[]>`
        ${file(tx)} where (recipient = ${partner} or ${partner} = any (approvers))
          and not ${hasEnded(tx)} and expires_at > now() ${pageOf(tx, page)}`),
    ],
    listEnded: async (partner, page) => [
      ...(await tx<RequestFile[]>`
        ${file(tx)} where recipient = ${partner} and (${hasEnded(tx)} or expires_at <= now()) ${pageOf(tx, page)}`),
    ],
    unended: async () => [...(await tx<RequestFile[]>`${file(tx)} where not ${hasEnded(tx)} order by asked_at, id`)],
    add: (request) => add(tx, request),
    addApprovers: async ({ id }, approvers) => {
      await tx`
        update concordat.approval_request
        set approvers = array(select distinct unnest(approvers || ${tx.array([...approvers], TEXT_ARRAY)}) order by 1)
        where id = ${id}`;
    },
    note: async ({ id }, { kind, partner, because, release }) => {
      const { count } = await tx`
        insert into concordat.approval_event (recipient, request, number, kind, partner, members, because, release)
        select recipient, id, (
            select coalesce(max(number), 0) + 1 from concordat.approval_event
            where approval_event.recipient = approval_request.recipient and request = id),
          ${kind}, ${partner}, members, ${because}, ${release}
        from concordat.approval_request where id = ${id}`;
      if (count !== 1) throw new Error("an event names a request that its transaction cannot see");
    },
    forget: async (contract) => {
      const rows = await tx<{ id: string }[]>`
        delete from concordat.approval_request where contract = ${contract} returning id`;
      return rows.map(({ id }) => id).sort();
    },
  };
}

type Asker = Parameters<Transaction["requests"]["waiting"]>[0];

async function waiting(tx: Statements, { contract, recipient }: Asker): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int4 as count from concordat.approval_request
    where contract = ${contract} and recipient = ${recipient} and not ${hasEnded(tx)} and expires_at > now()`;
  if (row === undefined) throw new Error("a count has one row");
  return row.count;
}

function file(tx: Statements) {
  return tx`
    select id, recipient, contract, approvers, question, question_digest as "questionDigest",
      coalesce(asked_with, asked_by) as "askedWith", concordat.millis(asked_at) as "askedAt",
      concordat.millis(expires_at) as "expiresAt",
      (select coalesce(json_agg(json_build_object(
          'kind', kind, 'partner', partner, 'because', because, 'release', release,
          'at', concordat.millis(noted_at)) order by number), '[]')
        from concordat.approval_event event
        where event.recipient = approval_request.recipient and event.request = approval_request.id) as events
    from concordat.approval_request`;
}

// Newest first, from after the last of the page before.
function pageOf(tx: Statements, { after, limit }: Page) {
  return tx`
    and (${after}::text is null or (asked_at, id) < (
      select last.asked_at, last.id from concordat.approval_request last where last.id = ${after}))
    order by asked_at desc, id desc limit ${limit}`;
}

function hasEnded(tx: Statements) {
  return tx`exists (
    select from concordat.approval_event ended
    where ended.recipient = approval_request.recipient and ended.request = approval_request.id
      and ended.kind <> 'approved')`;
}

// Who may read the row is the contract's to say, so it is not asked for.
async function add(tx: Statements, request: Parameters<Transaction["requests"]["add"]>[0]): Promise<void> {
  const { id, recipient, contract, approvers, question, questionDigest, askedWith, expiresAt } = request;
  const isPerson = personIdSchema.safeParse(askedWith).success;
  const { count } = await tx`
    insert into concordat.approval_request
      (recipient, id, contract, members, approvers, question, question_digest, asked_with, asked_by, expires_at)
    select ${recipient}, ${id}, contract.id, contract.members, ${tx.array([...approvers], TEXT_ARRAY)}, ${question},
      ${questionDigest}, ${isPerson ? null : askedWith}, ${isPerson ? askedWith : null},
      concordat.instant(${expiresAt})
    from concordat.contract where contract.id = ${contract}`;
  if (count !== 1) throw new Error("a request names a contract that its transaction cannot see");
}
