-- Increments: an upload says what it does to the version in force, and a version what was done to the one before it.
-- Counts alone; which record references came or went is in no row here.

alter table concordat.upload add column change text not null default 'replace'
  check (change in ('replace', 'upsert', 'delete'));
alter table concordat.upload alter column change drop default;
comment on column concordat.upload.change is
  'What its rows do: replace the list, upsert into it, or delete from it by their record references.';

alter table concordat.version add column change text not null default 'replace'
  check (change in ('replace', 'upsert', 'delete'));
alter table concordat.version alter column change drop default;
comment on column concordat.version.change is
  'How it was made: replace from a full list; upsert or delete from the version before it in its dataset.';

alter table concordat.version add column rows_removed bigint check (rows_removed >= 0);
alter table concordat.version add column rows_added bigint check (rows_added >= 0);
alter table concordat.version add column references_unknown bigint check (references_unknown >= 0);
alter table concordat.version add constraint version_increment_counts check (
  num_nulls(rows_removed, rows_added, references_unknown) = case change when 'replace' then 3 else 0 end);
comment on column concordat.version.rows_removed is
  'Rows of the version before that are not in this one; null for a full list.';
comment on column concordat.version.rows_added is 'Rows of the increment that are in it; null for a full list.';
comment on column concordat.version.references_unknown is
  'Record references of the increment that the version before did not have; null for a full list.';
