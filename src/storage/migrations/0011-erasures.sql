-- People who were erased from a partner's lists: their tokens outlast the lists, so that no upload brings them back.

create table concordat.erasure (
  partner text collate "C" not null references concordat.partner (id),
  number integer not null check (number >= 1),
  sealed bytea not null,
  erased_at timestamptz not null default now(),
  primary key (partner, number)
);
comment on table concordat.erasure is 'Erasures that a partner asked for; rows are only added.';
comment on column concordat.erasure.partner is 'Whose lists the people were erased from.';
comment on column concordat.erasure.number is '1, 2, 3, ... within the partner.';
comment on column concordat.erasure.sealed is
  'The tokens of the people, sealed under the partner''s data key: without that nobody can tell who they are.';
comment on column concordat.erasure.erased_at is 'When they were erased.';

alter table concordat.erasure enable row level security;
alter table concordat.erasure force row level security;
create policy own_rows on concordat.erasure
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.erasure to :"app";

comment on table concordat.version is
  'Versions of datasets, each a sealed file. The last one is in force. A file is made anew when people are erased.';
grant update (segment, people, duplicates, bytes) on concordat.version to :"app";
