-- What was learnt and what it cost: the privacy ledger and the releases. A debit, its answer and its entry in the log
-- are written in one transaction. Amounts are integers of nano-rho (zero-concentrated differential privacy).

create table concordat.ledger_account (
  partner text collate "C" not null,
  lineage text collate "C" not null,
  recipient text collate "C" not null,
  spent numeric(38, 0) not null check (spent >= 0),
  cap numeric(38, 0),
  primary key (partner, lineage, recipient),
  check (starts_with(lineage, partner || '/')),
  constraint ledger_account_within_cap check (cap is null or spent <= cap)
);
comment on table concordat.ledger_account is
  'Privacy spent on each dataset, by recipient and by everyone together. It never falls.';
comment on column concordat.ledger_account.partner is 'The owner of the dataset.';
comment on column concordat.ledger_account.lineage is 'The dataset in all its versions: partner/dataset.';
comment on column concordat.ledger_account.recipient is 'One recipient, or everyone for all together.';
comment on column concordat.ledger_account.spent is 'Sum of all debits, in nano-rho.';
comment on column concordat.ledger_account.cap is
  'The most that the last debit allowed the account to hold, in nano-rho; null where only a period is limited.';

alter table concordat.ledger_account enable row level security;
alter table concordat.ledger_account force row level security;
create policy own_rows on concordat.ledger_account
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert, update (spent, cap) on concordat.ledger_account to :"app";


create table concordat.ledger_debit (
  partner text collate "C" not null,
  number bigint not null check (number >= 1),
  lineage text collate "C" not null,
  recipient text collate "C" not null,
  nano_rho numeric(38, 0) not null check (nano_rho >= 0),
  release text collate "C" not null,
  debited_at timestamptz not null default now(),
  primary key (partner, number),
  unique (partner, lineage, recipient, release),
  foreign key (partner, lineage, recipient) references concordat.ledger_account (partner, lineage, recipient)
);
create index ledger_debit_by_time on concordat.ledger_debit (partner, lineage, recipient, debited_at);
comment on table concordat.ledger_debit is
  'Every debit of every account. The owner of the dataset may read it; a debit may stand without a release.';
comment on column concordat.ledger_debit.partner is 'The owner of the dataset.';
comment on column concordat.ledger_debit.number is '1, 2, 3, ... within the owner''s debits.';
comment on column concordat.ledger_debit.lineage is 'The dataset that was spent on.';
comment on column concordat.ledger_debit.recipient is 'The account: one recipient, or everyone.';
comment on column concordat.ledger_debit.nano_rho is 'What was spent, in nano-rho.';
comment on column concordat.ledger_debit.release is 'Id of the release that it was spent on.';
comment on column concordat.ledger_debit.debited_at is 'When it was spent.';

alter table concordat.ledger_debit enable row level security;
alter table concordat.ledger_debit force row level security;
create policy own_rows on concordat.ledger_debit
  using (partner = any (concordat.parties()))
  with check (partner = any (concordat.parties()));
grant select, insert on concordat.ledger_debit to :"app";


create table concordat.release (
  recipient text collate "C" not null,
  id text collate "C" not null,
  contract text collate "C" not null references concordat.contract (id),
  members text[] not null,
  owners text[] not null,
  lineages text[] not null,
  analysis text not null check (analysis in ('overlap', 'audience')),
  question text not null,
  question_digest text collate "C" not null,
  versions text collate "C" not null,
  outcome text not null check (outcome in ('released', 'withheld')),
  answer text not null,
  receipt text not null,
  entry bigint not null references concordat.log_entry (index) deferrable initially deferred,
  released_at timestamptz not null default now(),
  expires_at timestamptz not null,
  collected_at timestamptz,
  primary key (recipient, id),
  check (recipient = any (members)),
  check (owners <@ members)
);
create index release_by_id on concordat.release (id);
create index release_by_question on concordat.release (contract, question_digest, versions);
create index release_of_recipient on concordat.release (recipient, entry desc);
comment on table concordat.release is
  'Answers as they left the room. Members of the contract may read them, so that one question has one answer for '
  'all of them; the recipient alone adds and collects.';
comment on column concordat.release.recipient is 'Whose answer it is.';
comment on column concordat.release.id is 'Random name of the release.';
comment on column concordat.release.contract is 'The contract under which it was asked.';
comment on column concordat.release.members is 'The members of the contract.';
comment on column concordat.release.owners is 'The members whose ledgers the answer is charged to.';
comment on column concordat.release.lineages is 'The datasets that the question touches: partner/dataset.';
comment on column concordat.release.analysis is 'overlap or audience.';
comment on column concordat.release.question is 'The question in canonical form, as canonical JSON.';
comment on column concordat.release.question_digest is
  'SHA-256 of the canonical question: equal questions are one question.';
comment on column concordat.release.versions is 'Ids of the versions asked about, sorted, joined by a comma.';
comment on column concordat.release.outcome is 'released or withheld.';
comment on column concordat.release.answer is 'The answer as canonical JSON: noised or rounded figures, never people.';
comment on column concordat.release.receipt is 'The room''s signature over the answer, a compact JWS.';
comment on column concordat.release.entry is 'Index of its entry in the log.';
comment on column concordat.release.released_at is 'When it was answered.';
comment on column concordat.release.expires_at is 'From when on it is not given out any more.';
comment on column concordat.release.collected_at is
  'When the recipient collected the rows of an audience; null until then.';

alter table concordat.release enable row level security;
alter table concordat.release force row level security;
create policy members_rows on concordat.release
  using (members && concordat.parties())
  with check (recipient = any (concordat.parties()));
grant select, insert, update (collected_at) on concordat.release to :"app";
