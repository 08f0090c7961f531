-- What was agreed: contracts with their signatures and events, and each partner's own policy. All of it is only added
-- to: the state of a contract is derived from what stands here, never stored.

create table concordat.contract (
  id text collate "C" primary key check (id ~ '^[0-9a-f]{64}$'),
  document text not null,
  members text[] not null check (cardinality(members) >= 2),
  previous text collate "C",
  offered_by text collate "C" not null references concordat.partner (id),
  offered_at timestamptz not null default now(),
  check (offered_by = any (members))
);
create index contract_by_previous on concordat.contract (previous);
create index contract_by_offer on concordat.contract (offered_at desc, id desc);
comment on table concordat.contract is 'Contracts as offered. Their members see them; nobody else does.';
comment on column concordat.contract.id is
  'SHA-256 of the canonical document, which only who has the whole document can guess.';
comment on column concordat.contract.document is
  'The contract as canonical JSON (contract/1): the text that the members sign.';
comment on column concordat.contract.members is 'The members that the document names.';
comment on column concordat.contract.previous is
  'Id of the contract that the document says it replaces; it need not be here.';
comment on column concordat.contract.offered_by is 'The member who brought it.';
comment on column concordat.contract.offered_at is 'When it was brought.';

alter table concordat.contract enable row level security;
alter table concordat.contract force row level security;
create policy members_rows on concordat.contract
  using (members && concordat.parties())
  with check (offered_by = any (concordat.parties()));
grant select, insert on concordat.contract to :"app";


create table concordat.contract_signature (
  contract text collate "C" not null references concordat.contract (id),
  partner text collate "C" not null,
  members text[] not null,
  thumbprint text collate "C" not null references concordat.partner_key (thumbprint),
  protected text not null,
  signature text not null,
  signed_at timestamptz not null default now(),
  primary key (contract, partner),
  check (partner = any (members))
);
comment on table concordat.contract_signature is
  'Signatures of contracts (RFC 7515, General JSON Serialization), one a member, made by the member alone.';
comment on column concordat.contract_signature.contract is 'The contract that is signed.';
comment on column concordat.contract_signature.partner is 'The member who signs.';
comment on column concordat.contract_signature.members is 'The members of the contract, who may see the signature.';
comment on column concordat.contract_signature.thumbprint is 'The key that signed.';
comment on column concordat.contract_signature.protected is 'The protected header, base64url.';
comment on column concordat.contract_signature.signature is 'The signature, base64url.';
comment on column concordat.contract_signature.signed_at is 'When the room took it.';

alter table concordat.contract_signature enable row level security;
alter table concordat.contract_signature force row level security;
create policy members_rows on concordat.contract_signature
  using (members && concordat.parties())
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.contract_signature to :"app";


create table concordat.contract_event (
  contract text collate "C" not null references concordat.contract (id),
  number integer not null check (number >= 1),
  kind text not null check (kind in ('refused', 'suspended', 'resumed', 'terminated')),
  partner text collate "C" not null,
  members text[] not null,
  noted_at timestamptz not null default now(),
  primary key (contract, number),
  check (partner = any (members))
);
comment on table concordat.contract_event is 'What members did to a contract beside signing it, in order.';
comment on column concordat.contract_event.contract is 'The contract concerned.';
comment on column concordat.contract_event.number is '1, 2, 3, ... within the contract.';
comment on column concordat.contract_event.kind is 'What was done: refused, suspended, resumed or terminated.';
comment on column concordat.contract_event.partner is 'The member who did it.';
comment on column concordat.contract_event.members is 'The members of the contract, who may see the event.';
comment on column concordat.contract_event.noted_at is 'When it was done.';

alter table concordat.contract_event enable row level security;
alter table concordat.contract_event force row level security;
create policy members_rows on concordat.contract_event
  using (members && concordat.parties())
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.contract_event to :"app";


create table concordat.policy (
  partner text collate "C" not null references concordat.partner (id),
  version integer not null check (version >= 1),
  digest text not null,
  document text not null,
  put_at timestamptz not null default now(),
  primary key (partner, version)
);
comment on table concordat.policy is 'Each partner''s sharing rules in all their versions; the highest is in force.';
comment on column concordat.policy.partner is 'Whose rules they are.';
comment on column concordat.policy.version is 'The version that the document states.';
comment on column concordat.policy.digest is 'SHA-256 of the canonical document, by which decisions name it.';
comment on column concordat.policy.document is 'The policy as canonical JSON (policy/1).';
comment on column concordat.policy.put_at is 'When it came into force.';

alter table concordat.policy enable row level security;
alter table concordat.policy force row level security;
create policy own_rows on concordat.policy
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.policy to :"app";
