-- How people come in with an account of their company's own: the provider that a partner registered, sign-ins on their
-- way to it, and which account is whose. And people of the room's operator, under a role of their own.

create table concordat.sign_in_provider (
  partner text collate "C" not null primary key references concordat.partner (id),
  issuer text not null check (length(issuer) between 1 and 500),
  client_id text not null check (length(client_id) between 1 and 200),
  sealed_secret bytea,
  entrance text collate "C" not null check (entrance ~ '^[a-z][a-z0-9-]*\.[A-Za-z0-9_-]{43}$'),
  put_at timestamptz not null default now()
);
comment on table concordat.sign_in_provider is 'The OpenID Connect provider with which a partner''s people sign in.';
comment on column concordat.sign_in_provider.partner is 'Whose people sign in with it.';
comment on column concordat.sign_in_provider.issuer is 'Its issuer identifier, exactly as its tokens name it.';
comment on column concordat.sign_in_provider.client_id is 'What the provider calls the room.';
comment on column concordat.sign_in_provider.sealed_secret is
  'The secret of the client, sealed under the partner''s data key; null for a client without one.';
comment on column concordat.sign_in_provider.entrance is
  'The end of the address at which sign-ins begin. Random, so that nobody finds out by guessing who is in the room.';
comment on column concordat.sign_in_provider.put_at is 'When the partner registered it, or changed it last.';

alter table concordat.sign_in_provider enable row level security;
alter table concordat.sign_in_provider force row level security;
create policy own_rows on concordat.sign_in_provider
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (issuer, client_id, sealed_secret, put_at), delete on concordat.sign_in_provider to :"app";


create table concordat.sign_in_attempt (
  partner text collate "C" not null references concordat.partner (id),
  cookie_digest text collate "C" not null check (cookie_digest ~ '^[0-9a-f]{64}$'),
  issuer text not null,
  code_digest text collate "C" check (code_digest ~ '^[0-9a-f]{64}$'),
  expires_at timestamptz not null,
  primary key (partner, cookie_digest)
);
comment on table concordat.sign_in_attempt is 'Sign-ins on their way to a provider. One that came back is deleted.';
comment on column concordat.sign_in_attempt.partner is 'Whose provider it is.';
comment on column concordat.sign_in_attempt.cookie_digest is
  'SHA-256 of the secret in the browser''s cookie; the secret itself is not kept.';
comment on column concordat.sign_in_attempt.issuer is 'The provider to which it went.';
comment on column concordat.sign_in_attempt.code_digest is
  'SHA-256 of the code of the link that is used up by it; null where no link is.';
comment on column concordat.sign_in_attempt.expires_at is 'From when on it is good for nothing.';

alter table concordat.sign_in_attempt enable row level security;
alter table concordat.sign_in_attempt force row level security;
create policy own_rows on concordat.sign_in_attempt
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, delete on concordat.sign_in_attempt to :"app";


create table concordat.person_account (
  partner text collate "C" not null,
  account_digest text collate "C" not null check (account_digest ~ '^[0-9a-f]{64}$'),
  person text collate "C" not null,
  bound_at timestamptz not null default now(),
  primary key (partner, account_digest),
  unique (partner, person),
  foreign key (partner, person) references concordat.person (partner, id)
);
comment on table concordat.person_account is 'Which account of a provider is whose.';
comment on column concordat.person_account.partner is 'For whom the person acts.';
comment on column concordat.person_account.account_digest is
  'SHA-256 over the issuer and the subject that its tokens state; neither is kept in clear.';
comment on column concordat.person_account.person is 'Who signs in with it.';
comment on column concordat.person_account.bound_at is 'When the person first signed in with it.';

alter table concordat.person_account enable row level security;
alter table concordat.person_account force row level security;
create policy own_rows on concordat.person_account
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, delete on concordat.person_account to :"app";


alter table concordat.person drop constraint person_role_check;
alter table concordat.person add constraint person_role_check
  check (role in ('marketer', 'compliance', 'admin', 'operator') and (role = 'operator') = (partner = 'operator'));
