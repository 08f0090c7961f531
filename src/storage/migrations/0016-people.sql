-- People who act for their partner in the console: who they are, the links with which they sign in, their sessions.
-- Codes and cookies are random and are kept as digests alone.

create table concordat.person (
  partner text collate "C" not null references concordat.partner (id),
  id text collate "C" not null check (id ~ '^per_[A-Za-z0-9_-]{22}$'),
  name text check (length(name) between 1 and 120),
  role text not null check (role in ('marketer', 'compliance', 'admin')),
  invited_at timestamptz not null default now(),
  removed_at timestamptz,
  primary key (partner, id),
  check ((removed_at is null) = (name is not null))
);
comment on table concordat.person is
  'People who act for a partner in the console. One who was removed stays as an id without a name.';
comment on column concordat.person.partner is 'For whom the person acts.';
comment on column concordat.person.id is 'Random name of the person, to which entries of the log commit.';
comment on column concordat.person.name is 'What people call the person; null once removed.';
comment on column concordat.person.role is 'What the person may do in the console.';
comment on column concordat.person.invited_at is 'When the partner let the person in.';
comment on column concordat.person.removed_at is 'From when on the person may do nothing; null until then.';

alter table concordat.person enable row level security;
alter table concordat.person force row level security;
create policy own_rows on concordat.person
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (name, removed_at) on concordat.person to :"app";


create table concordat.sign_in_link (
  partner text collate "C" not null,
  code_digest text collate "C" not null check (code_digest ~ '^[0-9a-f]{64}$'),
  person text collate "C" not null,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (partner, code_digest),
  foreign key (partner, person) references concordat.person (partner, id)
);
create index sign_in_link_of_person on concordat.sign_in_link (partner, person);
comment on table concordat.sign_in_link is 'Links with which people sign in. One that was used is deleted.';
comment on column concordat.sign_in_link.partner is 'For whom the person acts.';
comment on column concordat.sign_in_link.code_digest is 'SHA-256 of the code in the link; the code itself is not kept.';
comment on column concordat.sign_in_link.person is 'Who signs in with it.';
comment on column concordat.sign_in_link.issued_at is 'When it was issued.';
comment on column concordat.sign_in_link.expires_at is 'From when on it is good for nothing.';

alter table concordat.sign_in_link enable row level security;
alter table concordat.sign_in_link force row level security;
create policy own_rows on concordat.sign_in_link
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, delete on concordat.sign_in_link to :"app";


create table concordat.console_session (
  partner text collate "C" not null,
  cookie_digest text collate "C" not null check (cookie_digest ~ '^[0-9a-f]{64}$'),
  person text collate "C" not null,
  seen_at timestamptz not null default now(),
  ends_at timestamptz not null,
  primary key (partner, cookie_digest),
  foreign key (partner, person) references concordat.person (partner, id)
);
create index console_session_of_person on concordat.console_session (partner, person);
comment on table concordat.console_session is 'Sessions of the console. One that was ended is deleted.';
comment on column concordat.console_session.partner is 'For whom the person acts.';
comment on column concordat.console_session.cookie_digest is
  'SHA-256 of the secret in the cookie; the secret itself is not kept.';
comment on column concordat.console_session.person is 'Whose session it is.';
comment on column concordat.console_session.seen_at is 'When it was last used, to the minute.';
comment on column concordat.console_session.ends_at is 'When it ends however busy it is.';

alter table concordat.console_session enable row level security;
alter table concordat.console_session force row level security;
create policy own_rows on concordat.console_session
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (seen_at), delete on concordat.console_session to :"app";


alter table concordat.approval_request alter column asked_with drop not null;
alter table concordat.approval_request add column asked_by text collate "C";
alter table concordat.approval_request
  add foreign key (recipient, asked_by) references concordat.person (partner, id),
  add check (num_nonnulls(asked_with, asked_by) = 1);
comment on column concordat.approval_request.asked_with is
  'The key that asked, which may not approve; null where a person asked in the console.';
comment on column concordat.approval_request.asked_by is
  'The person who asked in the console, who may not approve; null where a key asked.';


-- Answers about a partner's lists, for whoever asks what others learnt.
create index release_of_owners on concordat.release using gin (owners);
create index ledger_debit_of_release on concordat.ledger_debit (partner, release);
