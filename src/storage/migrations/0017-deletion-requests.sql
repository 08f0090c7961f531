-- Requests for deletion from parties that pass on what people ask of them: whom each partner trusts to send them, and
-- those that wait for their erasure.

create table concordat.deletion_requester (
  partner text collate "C" not null references concordat.partner (id),
  issuer text collate "C" not null,
  document text not null,
  registered_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (partner, issuer)
);
comment on table concordat.deletion_requester is
  'Parties from which a partner takes requests for deletion. One that was retired stays, and nothing of it is taken.';
comment on column concordat.deletion_requester.partner is 'Whose lists it is about.';
comment on column concordat.deletion_requester.issuer is 'The domain for which the party signs.';
comment on column concordat.deletion_requester.document is
  'Its public keys and whether its requests must name their recipient, as canonical JSON.';
comment on column concordat.deletion_requester.registered_at is 'When the partner registered it with this document.';
comment on column concordat.deletion_requester.retired_at is 'From when on nothing of it is taken; null until then.';

alter table concordat.deletion_requester enable row level security;
alter table concordat.deletion_requester force row level security;
create policy own_rows on concordat.deletion_requester
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (document, registered_at, retired_at) on concordat.deletion_requester to :"app";


create table concordat.deletion_request (
  partner text collate "C" not null references concordat.partner (id),
  id text collate "C" not null,
  issuer text collate "C" not null,
  sealed bytea not null,
  received_at timestamptz not null default now(),
  primary key (partner, id)
);
create index deletion_request_by_arrival on concordat.deletion_request (received_at);
comment on table concordat.deletion_request is
  'Requests for deletion that were accepted and wait for their erasure, with which they are deleted.';
comment on column concordat.deletion_request.partner is 'From whose lists somebody is to be erased.';
comment on column concordat.deletion_request.id is 'Random name of the request, which its acknowledgement bears.';
comment on column concordat.deletion_request.issuer is 'The domain of the party that sent it.';
comment on column concordat.deletion_request.sealed is
  'The token of the identifier, sealed under the partner''s data key: without that nobody can tell whom it means.';
comment on column concordat.deletion_request.received_at is 'When it was accepted.';

alter table concordat.deletion_request enable row level security;
alter table concordat.deletion_request force row level security;
create policy own_rows on concordat.deletion_request
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (sealed), delete on concordat.deletion_request to :"app";
