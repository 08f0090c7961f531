-- The audit log: its entries, the hashes of its tree (RFC 9162 §2.1) and its head. Entries and hashes are only added.
-- Whoever writes an entry first locks log_head alone, which puts everything the log records into one order.

create table concordat.log_head (
  only_one boolean primary key default true check (only_one),
  size bigint not null check (size >= 0),
  frontier bytea not null check (length(frontier) % 32 = 0),
  checkpoint text not null
);
comment on table concordat.log_head is 'The end of the log, one row. Hashes and a count: every party may read it.';
comment on column concordat.log_head.only_one is 'True, which makes the row the only one.';
comment on column concordat.log_head.size is 'Entries in the log.';
comment on column concordat.log_head.frontier is
  'Hashes of the complete subtrees on the right edge, largest first, 32 bytes each.';
comment on column concordat.log_head.checkpoint is
  'The last signed checkpoint (C2SP tlog-checkpoint); empty for an empty log.';

insert into concordat.log_head (size, frontier, checkpoint) values (0, '', '');

alter table concordat.log_head enable row level security;
alter table concordat.log_head force row level security;
create policy hashes on concordat.log_head
  using (concordat.acts())
  with check (concordat.acts());
-- The whole of UPDATE, because locking a table asks for it.
grant select, update on concordat.log_head to :"app";


create table concordat.log_node (
  level smallint not null check (level >= 0),
  index bigint not null check (index >= 0),
  hash bytea not null check (length(hash) = 32),
  primary key (level, index)
);
comment on table concordat.log_node is
  'Hashes of the complete subtrees of the log. Leaves are salted, so every party may read them.';
comment on column concordat.log_node.level is 'Height of the subtree: 0 for the leaf of one entry.';
comment on column concordat.log_node.index is 'Its place among the subtrees of its height, from 0.';
comment on column concordat.log_node.hash is 'The SHA-256 hash of the subtree.';

alter table concordat.log_node enable row level security;
alter table concordat.log_node force row level security;
create policy hashes on concordat.log_node
  using (concordat.acts())
  with check (concordat.acts());
grant select, insert on concordat.log_node to :"app";


create table concordat.log_entry (
  index bigint primary key check (index >= 0),
  entry text not null,
  parties text[] not null check (cardinality(parties) > 0),
  appended_at timestamptz not null default now()
);
create index log_entry_of_party on concordat.log_entry using gin (parties);
comment on table concordat.log_entry is
  'The entries of the log: who did what, with ids, digests and counts alone. Those it concerns may read an entry.';
comment on column concordat.log_entry.index is 'Its place in the log, from 0 without a gap.';
comment on column concordat.log_entry.entry is 'The entry as canonical JSON (entry/1): the bytes that the tree hashes.';
comment on column concordat.log_entry.parties is
  'The partners whom it concerns; the operator where it concerns the room.';
comment on column concordat.log_entry.appended_at is 'When the transaction that wrote it began.';

alter table concordat.log_entry enable row level security;
alter table concordat.log_entry force row level security;
create policy parties_rows on concordat.log_entry
  using (parties && concordat.parties())
  with check (parties && concordat.parties());
grant select, insert on concordat.log_entry to :"app";
