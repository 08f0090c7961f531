-- More analyses: cross-tabs, affinities, trends and suppression lists.

alter table concordat.release drop constraint release_analysis_check;
alter table concordat.release add constraint release_analysis_check
  check (analysis in ('overlap', 'audience', 'crosstab', 'affinity', 'trend', 'suppression'));
comment on column concordat.release.analysis is
  'What was asked for: overlap, crosstab, affinity, trend; audience and suppression give records.';
