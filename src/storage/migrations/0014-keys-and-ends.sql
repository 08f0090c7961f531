-- Data keys that are destroyed and followed by others, partners that leave, the end of every version of a list, and
-- keys of the log that follow each other.

alter table concordat.data_key drop constraint data_key_pkey;
alter table concordat.data_key add column number integer not null default 1 check (number >= 1);
alter table concordat.data_key alter column number drop default;
alter table concordat.data_key add primary key (partner, number);
alter table concordat.data_key alter column wrapped drop not null;
alter table concordat.data_key add column destroyed_at timestamptz;
alter table concordat.data_key add column taken text;
alter table concordat.data_key add column entry bigint references concordat.log_entry (index) deferrable initially deferred;
alter table concordat.data_key add constraint data_key_destroyed
  check (num_nulls(wrapped, destroyed_at) = 1 and (taken is null) = (destroyed_at is null));
create unique index data_key_present on concordat.data_key (partner) where destroyed_at is null;
comment on table concordat.data_key is
  'The keys under which the lists of each partner are sealed. Written once, since another key in its place would lose '
  'the lists; destroyed for good when the partner leaves or its last contract ends.';
comment on column concordat.data_key.number is '1, 2, 3, ... within the partner; one of them is not destroyed.';
comment on column concordat.data_key.wrapped is
  'The data key, wrapped under the key of the key ring that is this one''s, which is not in the database; null when '
  'destroyed.';
comment on column concordat.data_key.destroyed_at is 'From when on nothing could be opened with it.';
comment on column concordat.data_key.taken is 'What became unreadable with it, as canonical JSON: ids, never people.';
comment on column concordat.data_key.entry is
  'Index of the certificate in the log; null until the key of the ring and the sealed files are gone as well.';
grant update (wrapped, destroyed_at, taken, entry) on concordat.data_key to :"app";
grant update (sealed) on concordat.erasure to :"app";
comment on table concordat.erasure is
  'Erasures that a partner asked for; rows are only added, and sealed anew when a new data key follows a destroyed one.';


alter table concordat.partner add column left_at timestamptz;
comment on column concordat.partner.left_at is 'When it left the room for good; its id is nobody else''s ever.';
grant update (left_at) on concordat.partner to :"app";


-- Versions that were there before ends were kept have as long as those of lists for which nothing is stated.
alter table concordat.version add column ends_at timestamptz not null default now() + interval '30 days';
alter table concordat.version alter column ends_at drop default;
alter table concordat.version add column is_end_stated boolean not null default false;
alter table concordat.version alter column is_end_stated drop default;
create index version_by_end on concordat.version (ends_at) where deleted_at is null;
comment on column concordat.version.ends_at is
  'From when on no question is asked on it; it is deleted in the next round after that.';
comment on column concordat.version.is_end_stated is
  'Whether its list or its owner''s policy said how long it is kept; where not, the first policy does.';
comment on column concordat.version.deleted_at is
  'When the version was deleted, and its sealed file with it: at its end, or with its list.';
grant update (ends_at, is_end_stated) on concordat.version to :"app";


create table concordat.log_hand_over (
  entry bigint primary key references concordat.log_entry (index) deferrable initially deferred,
  signer text collate "C" not null check (signer ~ '^[A-Za-z0-9_-]{43}$'),
  note text not null
);
comment on table concordat.log_hand_over is
  'Keys of the log that followed each other. Public keys and signatures: every party may read them.';
comment on column concordat.log_hand_over.entry is
  'Index of the hand-over in the log: the last entry that the former key signed for.';
comment on column concordat.log_hand_over.signer is 'RFC 7638 thumbprint of the key that signs from then on.';
comment on column concordat.log_hand_over.note is 'The note (C2SP signed-note) by which the former key names it.';

alter table concordat.log_hand_over enable row level security;
alter table concordat.log_hand_over force row level security;
create policy hashes on concordat.log_hand_over
  using (concordat.acts())
  with check (array['operator'] && concordat.parties());
grant select, insert on concordat.log_hand_over to :"app";
