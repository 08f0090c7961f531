-- Who is in the room and how they prove it: partners, their keys, enrolment codes, nonces and idempotency records.
-- Also the row rule that every table of the schema follows: a transaction sees rows of the parties it acts for.

grant usage on schema concordat to :"app";

create function concordat.parties() returns text[]
  language sql stable parallel safe
  return nullif(current_setting('concordat.parties', true), '')::text[];
comment on function concordat.parties() is
  'The partners for whom the transaction acts, from its setting concordat.parties; null when unset, so no row shows.';

create function concordat.acts() returns boolean
  language sql stable parallel safe
  return coalesce(cardinality(concordat.parties()) > 0, false);
comment on function concordat.acts() is 'Whether the transaction acts for anybody at all.';

create function concordat.millis(at timestamptz) returns double precision
  language sql immutable parallel safe
  return floor(extract(epoch from at at time zone 'UTC') * 1000)::double precision;
comment on function concordat.millis(timestamptz) is 'Whole milliseconds since the Unix epoch.';

create function concordat.instant(millis double precision) returns timestamptz
  language sql immutable parallel safe
  return to_timestamp(millis / 1000);
comment on function concordat.instant(double precision) is 'The instant so many milliseconds after the Unix epoch.';


create table concordat.partner (
  id text collate "C" primary key check (id ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' and length(id) between 3 and 40),
  manifest text,
  added_at timestamptz not null default now(),
  check ((manifest is null) = (id = 'operator'))
);
comment on table concordat.partner is
  'The companies in the room, and its operator. A directory: every party may read it.';
comment on column concordat.partner.id is 'The partner''s short name, unique in the room.';
comment on column concordat.partner.manifest is
  'The manifest as canonical JSON (partner/1); null for the operator alone.';
comment on column concordat.partner.added_at is 'When the partner came into the room.';

alter table concordat.partner enable row level security;
alter table concordat.partner force row level security;
create policy directory on concordat.partner
  using (concordat.acts())
  with check (array[id, 'operator'] && concordat.parties());
grant select, insert on concordat.partner to :"app";


create table concordat.partner_key (
  thumbprint text collate "C" primary key check (thumbprint ~ '^[A-Za-z0-9_-]{43}$'),
  partner text collate "C" not null references concordat.partner (id),
  jwk text not null,
  registered_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index partner_key_of_partner on concordat.partner_key (partner);
comment on table concordat.partner_key is
  'Public keys with which partners sign. A directory: every party may read it. One key belongs to one partner for '
  'ever.';
comment on column concordat.partner_key.thumbprint is 'RFC 7638 SHA-256 thumbprint of the public key, base64url.';
comment on column concordat.partner_key.partner is 'Whose key it is.';
comment on column concordat.partner_key.jwk is 'The public JWK as canonical JSON.';
comment on column concordat.partner_key.registered_at is 'From when on the key signs.';
comment on column concordat.partner_key.revoked_at is 'From when on it signs nothing new; null while it is active.';

alter table concordat.partner_key enable row level security;
alter table concordat.partner_key force row level security;
create policy directory on concordat.partner_key
  using (concordat.acts())
  with check (array[partner, 'operator'] && concordat.parties());
grant select, insert, update (revoked_at) on concordat.partner_key to :"app";


create table concordat.enrolment (
  partner text collate "C" primary key references concordat.partner (id),
  code_digest text not null,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
comment on table concordat.enrolment is
  'The last enrolment code of each partner, with which it registers its first key. The operator issues, the partner '
  'redeems.';
comment on column concordat.enrolment.partner is 'For whom the code is.';
comment on column concordat.enrolment.code_digest is
  'Digest of the code, which is random; the code itself is not kept.';
comment on column concordat.enrolment.issued_at is 'When the code was issued.';
comment on column concordat.enrolment.expires_at is 'From when on the code is good for nothing.';
comment on column concordat.enrolment.used_at is 'When the code was used up; null while it may be used.';

alter table concordat.enrolment enable row level security;
alter table concordat.enrolment force row level security;
create policy own_rows on concordat.enrolment
  using (array[partner, 'operator'] && concordat.parties())
  with check (array[partner, 'operator'] && concordat.parties());
grant select, insert, update (code_digest, issued_at, expires_at, used_at) on concordat.enrolment to :"app";


-- Written on every request, so the two tables below refer to no other: a reference would lock the partner's row.

create table concordat.nonce (
  partner text collate "C" not null,
  nonce text collate "C" not null,
  expires_at timestamptz not null,
  primary key (partner, nonce)
);
create index nonce_by_expiry on concordat.nonce (expires_at);
comment on table concordat.nonce is 'Nonces of signed requests, so that none is accepted twice (RFC 9421 §7.2.2).';
comment on column concordat.nonce.partner is 'Who signed the request.';
comment on column concordat.nonce.nonce is 'The nonce as sent.';
comment on column concordat.nonce.expires_at is
  'Until when it counts as used; a signature that carries it has expired by then.';

alter table concordat.nonce enable row level security;
alter table concordat.nonce force row level security;
create policy own_rows on concordat.nonce
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (expires_at), delete on concordat.nonce to :"app";


create table concordat.idempotency (
  partner text collate "C" not null,
  key text collate "C" not null,
  request_digest text not null,
  attempt integer not null default 1 check (attempt >= 1),
  started_at timestamptz not null default now(),
  lease_until timestamptz not null,
  reply_status integer,
  reply_content_type text,
  reply_body text,
  primary key (partner, key),
  check (num_nulls(reply_status, reply_content_type, reply_body) in (0, 3))
);
create index idempotency_by_start on concordat.idempotency (started_at);
comment on table concordat.idempotency is
  'What was answered to each idempotency key, so that a request sent again has the same answer and no second effect.';
comment on column concordat.idempotency.partner is 'Who sent the request.';
comment on column concordat.idempotency.key is 'The Idempotency-Key as sent.';
comment on column concordat.idempotency.request_digest is
  'Digest of what the request asked; another one under this key is refused.';
comment on column concordat.idempotency.attempt is
  'Fencing number: raised when an unfinished request is taken up again, and only the last attempt may finish.';
comment on column concordat.idempotency.started_at is 'When the key was first used.';
comment on column concordat.idempotency.lease_until is 'Until when the running attempt has the request to itself.';
comment on column concordat.idempotency.reply_status is
  'HTTP status of the reply; null while the request is unfinished.';
comment on column concordat.idempotency.reply_content_type is 'Media type of the reply.';
comment on column concordat.idempotency.reply_body is 'The reply, word for word.';

alter table concordat.idempotency enable row level security;
alter table concordat.idempotency force row level security;
create policy own_rows on concordat.idempotency
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (attempt, lease_until, reply_status, reply_content_type, reply_body), delete
  on concordat.idempotency to :"app";
