-- Questions that wait for a person's approval, and what was said to each. A request is only added to, and deleted when
-- its contract ends; its state is derived from what stands here.

create table concordat.approval_request (
  recipient text collate "C" not null references concordat.partner (id),
  id text collate "C" not null,
  contract text collate "C" not null references concordat.contract (id),
  members text[] not null,
  approvers text[] not null check (cardinality(approvers) >= 1),
  question text not null,
  question_digest text collate "C" not null,
  asked_with text collate "C" not null references concordat.partner_key (thumbprint),
  asked_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (recipient, id),
  check (recipient = any (members)),
  check (approvers <@ members)
);
create index approval_request_by_id on concordat.approval_request (id);
create index approval_request_by_question on concordat.approval_request (contract, recipient, question_digest);
create index approval_request_by_approver on concordat.approval_request using gin (approvers);
comment on table concordat.approval_request is
  'Questions that wait, or waited, for people. Members of the contract may read them; the asker alone adds.';
comment on column concordat.approval_request.recipient is 'Who asks.';
comment on column concordat.approval_request.id is 'Random name of the request.';
comment on column concordat.approval_request.contract is 'The contract under which it is asked.';
comment on column concordat.approval_request.members is 'The members of the contract.';
comment on column concordat.approval_request.approvers is
  'The members whose person must approve; others may be added while it waits.';
comment on column concordat.approval_request.question is 'The question as it was asked, as canonical JSON.';
comment on column concordat.approval_request.question_digest is 'SHA-256 of the question in canonical form.';
comment on column concordat.approval_request.asked_with is 'The key that asked, which may not approve.';
comment on column concordat.approval_request.asked_at is 'When it was asked.';
comment on column concordat.approval_request.expires_at is 'From when on it waits no more.';

alter table concordat.approval_request enable row level security;
alter table concordat.approval_request force row level security;
create policy members_rows on concordat.approval_request
  using (members && concordat.parties())
  with check (recipient = any (concordat.parties()));
grant select, insert, update (approvers), delete on concordat.approval_request to :"app";


create table concordat.approval_event (
  recipient text collate "C" not null,
  request text collate "C" not null,
  number integer not null check (number >= 1),
  kind text not null
    check (kind in ('approved', 'denied', 'withdrawn', 'expired', 'lapsed', 'refused', 'released')),
  partner text collate "C",
  members text[] not null,
  because text,
  release text collate "C",
  noted_at timestamptz not null default now(),
  primary key (recipient, request, number),
  foreign key (recipient, request) references concordat.approval_request (recipient, id) on delete cascade,
  check (partner is null or partner = any (members)),
  check ((kind = 'released') = (release is not null))
);
create unique index approval_event_once on concordat.approval_event (recipient, request, partner)
  where kind = 'approved';
create unique index approval_event_end on concordat.approval_event (recipient, request) where kind <> 'approved';
comment on table concordat.approval_event is
  'What was done to requests: each member approves once, and a request ends once.';
comment on column concordat.approval_event.recipient is 'Who asked.';
comment on column concordat.approval_event.request is 'The request concerned.';
comment on column concordat.approval_event.number is '1, 2, 3, ... within the request.';
comment on column concordat.approval_event.kind is
  'What was done. Every kind but approved ends the request: denied, withdrawn, expired in time, lapsed with its '
  'contract, refused by documents or budget when all had approved, released.';
comment on column concordat.approval_event.partner is 'Who did it; null where the room did.';
comment on column concordat.approval_event.members is 'The members of the contract, who may see the event.';
comment on column concordat.approval_event.because is 'The reason that was given, if any.';
comment on column concordat.approval_event.release is 'The release that answered the question.';
comment on column concordat.approval_event.noted_at is 'When it was done.';

alter table concordat.approval_event enable row level security;
alter table concordat.approval_event force row level security;
create policy members_rows on concordat.approval_event
  using (members && concordat.parties())
  with check (members && concordat.parties() and (partner is null or partner = any (concordat.parties())));
grant select, insert on concordat.approval_event to :"app";
