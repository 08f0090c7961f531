-- Policies are signed: the signatures of each version, and versions that wait for a second one.

create table concordat.policy_signature (
  partner text collate "C" not null references concordat.partner (id),
  digest text not null,
  thumbprint text collate "C" not null references concordat.partner_key (thumbprint),
  protected text not null,
  signature text not null,
  signed_at timestamptz not null default now(),
  primary key (partner, digest, thumbprint)
);
comment on table concordat.policy_signature is
  'Signatures of policies (RFC 7515, General JSON Serialization) by keys of their partner; versions from before have none.';
comment on column concordat.policy_signature.partner is 'Whose policy is signed.';
comment on column concordat.policy_signature.digest is 'SHA-256 of the canonical document that is signed.';
comment on column concordat.policy_signature.thumbprint is 'The key that signed.';
comment on column concordat.policy_signature.protected is 'The protected header, base64url.';
comment on column concordat.policy_signature.signature is 'The signature, base64url.';
comment on column concordat.policy_signature.signed_at is 'When the room took it.';

alter table concordat.policy_signature enable row level security;
alter table concordat.policy_signature force row level security;
create policy own_rows on concordat.policy_signature
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.policy_signature to :"app";


create table concordat.policy_waiting (
  partner text collate "C" not null references concordat.partner (id),
  version integer not null check (version >= 1),
  digest text not null,
  document text not null,
  put_at timestamptz not null default now(),
  primary key (partner, digest)
);
comment on table concordat.policy_waiting is
  'Versions that permit more than the one in force and wait for a second signature. One waits as long as its version is the next.';
comment on column concordat.policy_waiting.partner is 'Whose rules they are.';
comment on column concordat.policy_waiting.version is 'The version that the document states.';
comment on column concordat.policy_waiting.digest is 'SHA-256 of the canonical document.';
comment on column concordat.policy_waiting.document is 'The policy as canonical JSON (policy/1).';
comment on column concordat.policy_waiting.put_at is 'Since when it waits.';

alter table concordat.policy_waiting enable row level security;
alter table concordat.policy_waiting force row level security;
create policy own_rows on concordat.policy_waiting
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.policy_waiting to :"app";
