-- The life of contracts after they were signed: amendments that members leave by, deletion of what was given, and
-- answers that are forgotten. A forgotten answer and a deleted version leave a row that says so, for caps and guards.

alter table concordat.contract add column leaving text[] not null default '{}' check (not leaving && members);
alter table concordat.contract alter column leaving drop default;
comment on column concordat.contract.leaving is
  'Members of the version before that this one does not name: they sign it too, and see it.';
drop policy members_rows on concordat.contract;
create policy members_rows on concordat.contract
  using ((members || leaving) && concordat.parties())
  with check (offered_by = any (concordat.parties()));
comment on column concordat.contract_signature.partner is 'The member who signs, of this version or of the one before.';
comment on column concordat.contract_signature.members is
  'The members of the contract and of the version before it, who may see the signature.';
comment on column concordat.contract_event.members is
  'The members of the contract and of the version before it, who may see the event.';


alter table concordat.release add column forgotten_at timestamptz;
comment on column concordat.release.forgotten_at is
  'When the answer and its receipt were deleted; of an answer only the consents it rested on remain then.';
alter table concordat.release add column shows_exactly boolean not null generated always as (
  analysis = 'overlap' and answer::jsonb #>> '{privacy,mode}' = 'exact' and (
    jsonb_path_exists(answer::jsonb, '$.regions[*].released') or jsonb_path_exists(
      answer::jsonb, '$.sizes[*] ? (!(@.dataset starts with $own)).released',
      ('{"own": "' || recipient || '/"}')::jsonb))) stored;
-- Worked out once for the answers that are there. From here on it is written, as it outlives the answer.
alter table concordat.release alter column shows_exactly drop expression;
comment on column concordat.release.shows_exactly is
  'Whether the recipient was shown exact figures of others'' lists, which the differencing guard remembers.';
create index release_kept on concordat.release (expires_at) where forgotten_at is null;
grant update (answer, receipt, forgotten_at) on concordat.release to :"app";

create function concordat.answers_stay() returns trigger language plpgsql as $$
begin
  if (new.answer, new.receipt, new.forgotten_at) is distinct from (old.answer, old.receipt, old.forgotten_at)
    and not (old.forgotten_at is null and new.forgotten_at is not null and new.receipt = ''
      and new.answer = json_build_object('consents', old.answer::json -> 'consents')::text)
  then
    raise exception 'an answer is forgotten once, or stays as it is' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
comment on function concordat.answers_stay() is 'Lets an answer be deleted and never be rewritten.';
create trigger answers_stay before update on concordat.release
  for each row execute function concordat.answers_stay();


alter table concordat.version add column deleted_at timestamptz;
comment on column concordat.version.deleted_at is 'When the list was deleted, and its sealed file with it.';
grant update (deleted_at) on concordat.version to :"app";


create table concordat.contract_deletion (
  contract text collate "C" primary key references concordat.contract (id),
  members text[] not null,
  deleted text not null,
  deleted_at timestamptz not null default now(),
  entry bigint references concordat.log_entry (index) deferrable initially deferred
);
comment on table concordat.contract_deletion is
  'What was deleted when a contract was terminated: ids and counts. Its certificate is an entry of the log.';
comment on column concordat.contract_deletion.contract is 'The contract that was terminated.';
comment on column concordat.contract_deletion.members is 'Its members.';
comment on column concordat.contract_deletion.deleted is 'What was deleted, as canonical JSON: ids, never people.';
comment on column concordat.contract_deletion.deleted_at is 'From when on nobody could use it.';
comment on column concordat.contract_deletion.entry is
  'Index of the certificate in the log; null until the sealed files are gone as well.';

alter table concordat.contract_deletion enable row level security;
alter table concordat.contract_deletion force row level security;
create policy members_rows on concordat.contract_deletion
  using (members && concordat.parties())
  with check (members && concordat.parties());
grant select, insert, update (entry) on concordat.contract_deletion to :"app";
