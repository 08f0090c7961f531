-- What partners brought: datasets, the wrapped keys under which their lists are sealed, uploads and versions.
-- People are in segment files; a row here counts them and names the file.

create table concordat.dataset (
  partner text collate "C" not null references concordat.partner (id),
  name text collate "C" not null,
  document text not null,
  created_at timestamptz not null default now(),
  primary key (partner, name)
);
comment on table concordat.dataset is 'Datasets by name; the name is the lineage of all versions, for ever.';
comment on column concordat.dataset.partner is 'Whose list it is.';
comment on column concordat.dataset.name is 'Its name, unique with the partner.';
comment on column concordat.dataset.document is 'How its columns are read, as canonical JSON (dataset/1).';
comment on column concordat.dataset.created_at is 'When it was created.';

alter table concordat.dataset enable row level security;
alter table concordat.dataset force row level security;
create policy own_rows on concordat.dataset
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.dataset to :"app";


create table concordat.data_key (
  partner text collate "C" primary key references concordat.partner (id),
  wrapped bytea not null,
  put_at timestamptz not null default now()
);
comment on table concordat.data_key is
  'The key of each partner under which its lists are sealed. Written once: another key in its place would lose the '
  'lists.';
comment on column concordat.data_key.partner is 'Whose lists it seals.';
comment on column concordat.data_key.wrapped is
  'The data key, wrapped under the room''s wrapping key, which is not in the database.';
comment on column concordat.data_key.put_at is 'When it was made.';

alter table concordat.data_key enable row level security;
alter table concordat.data_key force row level security;
create policy own_rows on concordat.data_key
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.data_key to :"app";


create table concordat.upload (
  partner text collate "C" not null,
  id text collate "C" not null,
  dataset text collate "C" not null,
  state text not null default 'open' check (state in ('open', 'committed', 'refused', 'dropped')),
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  version text collate "C",
  primary key (partner, id),
  foreign key (partner, dataset) references concordat.dataset (partner, name),
  check ((state = 'open') = (closed_at is null)),
  check ((state = 'committed') = (version is not null))
);
create index upload_open on concordat.upload (opened_at) where state = 'open';
comment on table concordat.upload is 'Uploads: parts of a list on their way to become a version, whole or not at all.';
comment on column concordat.upload.partner is 'Who uploads.';
comment on column concordat.upload.id is 'Random name of the upload, and of what is staged under it.';
comment on column concordat.upload.dataset is 'The dataset that gets the version.';
comment on column concordat.upload.state is 'open, committed, refused or dropped; only an open one changes.';
comment on column concordat.upload.opened_at is 'When it was opened.';
comment on column concordat.upload.closed_at is 'When it stopped being open; null while it is.';
comment on column concordat.upload.version is 'Id of the version that a committed upload made.';

alter table concordat.upload enable row level security;
alter table concordat.upload force row level security;
create policy own_rows on concordat.upload
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (state, closed_at, version) on concordat.upload to :"app";


create table concordat.upload_part (
  partner text collate "C" not null,
  upload text collate "C" not null,
  number integer not null check (number >= 1),
  digest text not null,
  bytes bigint not null check (bytes >= 0),
  columns text not null,
  report text not null,
  received_at timestamptz not null default now(),
  primary key (partner, upload, number),
  foreign key (partner, upload) references concordat.upload (partner, id)
);
comment on table concordat.upload_part is 'The parts of an upload that have arrived.';
comment on column concordat.upload_part.partner is 'Who uploads.';
comment on column concordat.upload_part.upload is 'The upload that it is a part of.';
comment on column concordat.upload_part.number is '1, 2, 3, ... within the upload.';
comment on column concordat.upload_part.digest is 'SHA-256 of the part as sent, hex: a part sent again is known by it.';
comment on column concordat.upload_part.bytes is 'Size of the part as sent, in bytes.';
comment on column concordat.upload_part.columns is 'Names of the list''s columns in file order, a JSON list.';
comment on column concordat.upload_part.report is
  'Counts of rows read and refused, with the places of refused ones, as JSON; never what stood there.';
comment on column concordat.upload_part.received_at is 'When it arrived.';

alter table concordat.upload_part enable row level security;
alter table concordat.upload_part force row level security;
create policy own_rows on concordat.upload_part
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.upload_part to :"app";


create table concordat.version (
  partner text collate "C" not null,
  dataset text collate "C" not null,
  sequence integer not null check (sequence >= 1),
  id text collate "C" not null,
  segment text not null,
  people bigint not null check (people >= 0),
  duplicates bigint not null check (duplicates >= 0),
  bytes bigint not null check (bytes >= 0),
  scheme text not null,
  normaliser text not null,
  report text not null,
  sealed_at timestamptz not null default now(),
  primary key (partner, dataset, sequence),
  unique (partner, id),
  foreign key (partner, dataset) references concordat.dataset (partner, name)
);
comment on table concordat.version is 'Versions of datasets: immutable, each a sealed file. The last one is in force.';
comment on column concordat.version.partner is 'Whose list it is.';
comment on column concordat.version.dataset is 'The dataset it is a version of.';
comment on column concordat.version.sequence is '1, 2, 3, ... within the dataset.';
comment on column concordat.version.id is
  'Random name of the event; it says nothing of the content, and others see it.';
comment on column concordat.version.segment is
  'Name of the sealed file, a digest of its content; it never leaves the room.';
comment on column concordat.version.people is 'People in it.';
comment on column concordat.version.duplicates is 'Rows that were folded into another row''s person.';
comment on column concordat.version.bytes is 'Size of the sealed file, in bytes.';
comment on column concordat.version.scheme is 'How its tokens were made; different schemes never join.';
comment on column concordat.version.normaliser is
  'The rules by which the partner wrote its identifiers before hashing.';
comment on column concordat.version.report is 'What became of the rows of the upload, as JSON.';
comment on column concordat.version.sealed_at is 'When it came into force.';

alter table concordat.version enable row level security;
alter table concordat.version force row level security;
create policy own_rows on concordat.version
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.version to :"app";
