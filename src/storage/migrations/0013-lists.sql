-- Lists of people: who was left out of each because of earlier lists, the coin of one whose entries are deniable, and
-- older versions of an asker's own list that go on answering.

alter table concordat.release add column counted text not null default '{}';
alter table concordat.release alter column counted drop default;
comment on column concordat.release.counted is
  'The earlier lists whose people count against contact caps, by dataset and cap, as canonical JSON: ids, never people.';
alter table concordat.release add column coin bytea check (analysis in ('audience', 'suppression') or coin is null);
comment on column concordat.release.coin is
  'The seed and epsilon of the coin by which a list tells memberships, sealed under the wrapping key; else null.';
alter table concordat.release add column still text collate "C";
comment on column concordat.release.still is
  'Where an older version of the recipient''s own list answered: the version in force then, which bore it out.';
create index release_touching on concordat.release using gin (lineages);


alter table concordat.version add column drift_from text collate "C";
alter table concordat.version add column drift bigint check (drift >= 0);
alter table concordat.version add constraint version_drift check ((drift_from is null) = (drift is null));
comment on column concordat.version.drift_from is
  'The version of the list that its owner had last asked about when this one came; null where there was none.';
comment on column concordat.version.drift is 'By how many people the two differ.';
