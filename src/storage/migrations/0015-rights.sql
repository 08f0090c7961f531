-- Rights of the people in lists: notices to whoever holds an earlier list, objections and withdrawn consents, and those
-- from whom a partner takes requests for deletion.

alter table concordat.release add column collected_on text;
comment on column concordat.release.collected_on is
  'What the rows of a list were checked on whenever they were collected: ids of versions, as a JSON array of texts that '
  'join them by commas; null where they were never collected, or before this was kept.';
grant update (collected_on) on concordat.release to :"app";

alter table concordat.version add column left_out bigint not null default 0 check (left_out >= 0);
alter table concordat.version alter column left_out drop default;
comment on column concordat.version.left_out is
  'People of the upload whom its owner had erased before, and who are not in the version.';


create table concordat.objection (
  partner text collate "C" not null references concordat.partner (id),
  number integer not null check (number >= 1),
  kind text not null check (kind in ('made', 'lifted')),
  scope text not null,
  sealed bytea not null,
  entry bigint not null references concordat.log_entry (index) deferrable initially deferred,
  made_at timestamptz not null default now(),
  primary key (partner, number)
);
comment on table concordat.objection is
  'Objections of people in a partner''s lists, consents that they took back, and what lifted these; rows are only added, and sealed anew when another data key follows.';
comment on column concordat.objection.partner is 'In whose lists the people are.';
comment on column concordat.objection.number is '1, 2, 3, ... within the partner.';
comment on column concordat.objection.kind is 'made, or lifted: the last one of a scope counts for whoever it names.';
comment on column concordat.objection.scope is
  'What it is about, as canonical JSON: purpose and channel, or a consent; nothing for everything.';
comment on column concordat.objection.sealed is
  'The tokens of the people, sealed under the partner''s data key: without that nobody can tell who they are.';
comment on column concordat.objection.entry is
  'Index of its entry in the log, by which it stands before or after an answer.';
comment on column concordat.objection.made_at is 'When it was made.';

alter table concordat.objection enable row level security;
alter table concordat.objection force row level security;
create policy own_rows on concordat.objection
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (sealed) on concordat.objection to :"app";


create table concordat.removal_notice (
  recipient text collate "C" not null references concordat.partner (id),
  number integer not null check (number >= 1),
  id text collate "C" not null,
  release text collate "C" not null,
  is_whole boolean not null,
  sealed bytea,
  issued_at timestamptz not null default now(),
  fetched_at timestamptz,
  acknowledged_at timestamptz,
  primary key (recipient, number),
  unique (recipient, id),
  check ((sealed is null) = (acknowledged_at is not null)),
  check (acknowledged_at is null or fetched_at is not null)
);
create unique index removal_notice_of_whole on concordat.removal_notice (recipient, release) where is_whole;
comment on table concordat.removal_notice is
  'Notices to partners to remove records from a list that they hold. Of people, they keep what the recipient is told, '
  'sealed, until it has acknowledged.';
comment on column concordat.removal_notice.recipient is 'Who holds the list; the one who may read the notice.';
comment on column concordat.removal_notice.number is '1, 2, 3, ... within the recipient.';
comment on column concordat.removal_notice.id is 'Random name of the notice.';
comment on column concordat.removal_notice.release is 'The release that gave the list.';
comment on column concordat.removal_notice.is_whole is
  'Whether the whole list is to go, as of one whose entries are deniable.';
comment on column concordat.removal_notice.sealed is
  'The signed notice, sealed under the recipient''s data key; null once it is acknowledged.';
comment on column concordat.removal_notice.issued_at is 'When somebody used a right that the notice passes on.';
comment on column concordat.removal_notice.fetched_at is 'When the recipient first fetched it; null until then.';
comment on column concordat.removal_notice.acknowledged_at is
  'When the recipient said that it has acted on it; null until then.';

alter table concordat.removal_notice enable row level security;
alter table concordat.removal_notice force row level security;
create policy own_rows on concordat.removal_notice
  using (recipient = any (concordat.parties()))
  with check (recipient = any (concordat.parties()));
grant select, insert, update (sealed, fetched_at, acknowledged_at) on concordat.removal_notice to :"app";
