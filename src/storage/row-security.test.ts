import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../testing/database.ts";
import { rlsViolations } from "./row-security.ts";
import { transaction } from "./transaction.ts";

let database: TestDatabase;

const GOOD = `
  drop schema if exists concordat cascade;
  create schema concordat;
  create table concordat.migration (number int);
  comment on column concordat.migration.number is 'A number.';
  create table concordat.letter (partner text);
  comment on column concordat.letter.partner is 'Whose letter it is.';
  alter table concordat.letter enable row level security;
  alter table concordat.letter force row level security;
  create policy own on concordat.letter using (partner = current_user) with check (partner = current_user);
  create view concordat.mine with (security_invoker = true) as select * from concordat.letter;
  create function concordat.count() returns int language sql security definer
    set search_path = pg_catalog as 'select 1';`;

const alter = (statements: string) =>
  transaction(database.owner, { name: "alter", parties: [], access: "read write" }, (tx) => tx.unsafe(statements));

const violations = () => rlsViolations(database.owner, { appRole: database.appRole, exempt: ["migration"] });

beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(() => alter(GOOD));
afterAll(() => database.close());

test("finds nothing in a schema that keeps every rule", async () => {
  expect(await violations()).toEqual([]);
});

test("looks at every table that is not named as exempt", async () => {
  const all = await rlsViolations(database.owner, { appRole: database.appRole, exempt: [] });
  expect(all).toEqual([
    "table migration: no policy with USING",
    "table migration: row-level security is not enabled and forced",
  ]);
});

test.each([
  [
    "alter table concordat.letter disable row level security",
    "table letter: row-level security is not enabled and forced",
  ],
  [
    "alter table concordat.letter no force row level security",
    "table letter: row-level security is not enabled and forced",
  ],
  ["drop policy own on concordat.letter", "table letter: no policy with USING"],
  ["create policy put on concordat.letter for update using (true)", "table letter: policy put lacks WITH CHECK"],
  ["create policy all_in on concordat.letter with check (true)", "table letter: policy all_in lacks USING"],
  ["alter table concordat.letter add sent date", "column letter.sent: has no comment"],
  ["alter table concordat.migration add at date", "column migration.at: has no comment"],
  ["alter view concordat.mine reset (security_invoker)", "view mine: is not security_invoker"],
  ["alter view concordat.mine set (security_invoker = false)", "view mine: is not security_invoker"],
  ["create materialized view concordat.old as select 1 as one", "view old: is not security_invoker"],
  [
    "alter function concordat.count() reset search_path",
    "function concordat.count(): is SECURITY DEFINER without a fixed search_path",
  ],
])("names the violation after: %s", async (statement, violation) => {
  await alter(statement);
  expect(await violations()).toEqual([violation]);
});

test("names what the application role owns", async () => {
  await alter(`alter table concordat.letter owner to ${database.appRole}`);
  expect(await violations()).toEqual([`role ${database.appRole}: owns table concordat.letter`]);
});

test("names each right that the application role has too many, and its absence", async () => {
  const appRole = `odd_${database.appRole}`;
  const found = () => rlsViolations(database.owner, { appRole, exempt: ["migration"] });
  expect(await found()).toEqual([`role ${appRole}: does not exist`]);
  await alter(`create role ${appRole} superuser bypassrls in role pg_read_all_data`);
  const odd = await found();
  await alter(`drop role ${appRole}`);
  expect(odd).toEqual([
    `role ${appRole}: is BYPASSRLS`,
    `role ${appRole}: is a member of another role`,
    `role ${appRole}: is superuser`,
  ]);
});
