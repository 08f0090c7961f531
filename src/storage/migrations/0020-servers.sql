-- Servers that work on this database, at one time or another. Each has a number of its own, which no other ever has:
-- its sessions bear it, so that all of them can be ended together, and requests that it began name it.

create table concordat.server (
  number integer primary key check (number > 0),
  release text not null,
  migrations integer not null check (migrations > 0),
  mark text collate "C" not null,
  started_at timestamptz not null default now(),
  lease_until timestamptz not null,
  ended_at timestamptz
);
comment on table concordat.server is 'The servers that work, or have worked, on this database.';
comment on column concordat.server.number is 'Counted up with each start: a fencing number.';
comment on column concordat.server.release is 'The release that it runs.';
comment on column concordat.server.migrations is 'How many migrations that release knows.';
comment on column concordat.server.mark is
  'What it wrote last into its data directory: whoever finds it there works in the same directory. Random.';
comment on column concordat.server.started_at is 'When it began to work.';
comment on column concordat.server.lease_until is
  'Until when it is believed to be there without a further word of it; then others may end it.';
comment on column concordat.server.ended_at is 'When it stopped or was ended by others; null while it works.';

alter table concordat.server enable row level security;
alter table concordat.server force row level security;
create policy servers on concordat.server
  using (concordat.acts())
  with check ('operator' = any (concordat.parties()));
grant select, insert, update (mark, lease_until, ended_at), delete on concordat.server to :"app";


alter table concordat.idempotency
  add column server integer default nullif(current_setting('concordat.server', true), '')::integer;
comment on column concordat.idempotency.server is
  'The server whose attempt runs: once it has ended, the request may be taken up again at once. Null where none is known.';
grant update (server) on concordat.idempotency to :"app";
