-- Checkpoints that witnesses cosign, the witnesses that partners registered, and their cosignatures
-- (C2SP tlog-checkpoint, tlog-cosignature). Hashes, names of witnesses and signatures: every party may read them.

create table concordat.log_checkpoint (
  size bigint primary key check (size > 0),
  checkpoint text not null,
  published_at timestamptz not null default now()
);
comment on table concordat.log_checkpoint is
  'Checkpoints that were published for witnesses: some of those that the room signed, one for all to cosign.';
comment on column concordat.log_checkpoint.size is 'Entries of the log that it covers.';
comment on column concordat.log_checkpoint.checkpoint is
  'The signed note (C2SP tlog-checkpoint), with the room''s line alone.';
comment on column concordat.log_checkpoint.published_at is 'When it was published.';

alter table concordat.log_checkpoint enable row level security;
alter table concordat.log_checkpoint force row level security;
create policy hashes on concordat.log_checkpoint
  using (concordat.acts())
  with check (concordat.acts());
grant select, insert on concordat.log_checkpoint to :"app";


create table concordat.log_witness (
  thumbprint text collate "C" primary key check (thumbprint ~ '^[A-Za-z0-9_-]{43}$'),
  partner text collate "C" not null references concordat.partner (id),
  name text collate "C" not null unique,
  key text not null,
  registered_at timestamptz not null default now(),
  retired_at timestamptz
);
create index log_witness_of_partner on concordat.log_witness (partner);
comment on table concordat.log_witness is
  'Keys with which partners cosign checkpoints. A directory: every party may read it. A key or a name is registered '
  'once.';
comment on column concordat.log_witness.thumbprint is 'RFC 7638 SHA-256 thumbprint of the public key, base64url.';
comment on column concordat.log_witness.partner is 'Whose witness it is.';
comment on column concordat.log_witness.name is 'What its signature lines call it; begins with the partner''s id.';
comment on column concordat.log_witness.key is 'The key in its text form: name, hash and type 0x04 with 32 bytes.';
comment on column concordat.log_witness.registered_at is 'From when on its cosignatures are taken.';
comment on column concordat.log_witness.retired_at is 'From when on none is taken any more; null while it cosigns.';

alter table concordat.log_witness enable row level security;
alter table concordat.log_witness force row level security;
create policy directory on concordat.log_witness
  using (concordat.acts())
  with check (partner = any (concordat.parties()));
grant select, insert, update (retired_at) on concordat.log_witness to :"app";


create table concordat.log_cosignature (
  size bigint not null references concordat.log_checkpoint (size),
  witness text collate "C" not null references concordat.log_witness (thumbprint),
  partner text collate "C" not null,
  line text not null,
  signed_at timestamptz not null,
  received_at timestamptz not null default now(),
  primary key (size, witness)
);
create index log_cosignature_of_witness on concordat.log_cosignature (witness, size);
comment on table concordat.log_cosignature is
  'Cosignatures of published checkpoints, verified when they came in. Every party may read them.';
comment on column concordat.log_cosignature.size is 'The published checkpoint.';
comment on column concordat.log_cosignature.witness is 'Thumbprint of the witness''s key.';
comment on column concordat.log_cosignature.partner is 'Whose witness it is.';
comment on column concordat.log_cosignature.line is 'The signature line as it goes behind the room''s own.';
comment on column concordat.log_cosignature.signed_at is 'When it was signed, by the witness''s own clock.';
comment on column concordat.log_cosignature.received_at is 'When the room took it.';

alter table concordat.log_cosignature enable row level security;
alter table concordat.log_cosignature force row level security;
create policy hashes on concordat.log_cosignature
  using (concordat.acts())
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.log_cosignature to :"app";
