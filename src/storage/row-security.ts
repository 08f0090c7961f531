// Reads from the catalogue whether rows of one partner can reach another: row-level security on every table, forced and
// complete; an application role that nothing exempts; no view or function that acts with more rights than its caller.

import { TEXT_ARRAY } from "./arrays.ts";
import type { Pool, Statements } from "./pool.ts";
import { transaction } from "./transaction.ts";

type Scope = {
  readonly appRole: string;
  /** Tables of the schema that hold nothing of a partner's, by name. */
  readonly exempt: readonly string[];
};

/** Sentences, sorted, one for each violation in schema `concordat`; none when all is well. */
export async function rlsViolations(owner: Pool, scope: Scope): Promise<readonly string[]> {
  const act = { name: "check row security", parties: [], access: "read only" } as const;
  return transaction(owner, act, async (tx) => {
    const found: string[] = [];
    for (const rule of RULES) found.push(...(await rule(tx, scope)).map(({ violation }) => violation));
    return found.sort();
  });
}

type Rule = (tx: Statements, scope: Scope) => PromiseLike<readonly { violation: string }[]>;

const tablesWithoutSecurity: Rule = (tx, { exempt }) => tx`
  select format('table %s: row-level security is not enabled and forced', relname) as violation
  from pg_class where relnamespace = 'concordat'::regnamespace and relkind in ('r', 'p')
    and relname <> all (${tx.array([...exempt], TEXT_ARRAY)}) and not (relrowsecurity and relforcerowsecurity)`;

const tablesWithoutPolicy: Rule = (tx, { exempt }) => tx`
  select format('table %s: no policy with USING', relname) as violation
  from pg_class as class where relnamespace = 'concordat'::regnamespace and relkind in ('r', 'p')
    and relname <> all (${tx.array([...exempt], TEXT_ARRAY)})
    and not exists (select from pg_policy where polrelid = class.oid and polqual is not null)`;

const policiesWithoutCheck: Rule = (tx) => tx`
  select format('table %s: policy %s lacks %s', relname, polname,
                case when polcmd <> 'a' and polqual is null then 'USING' else 'WITH CHECK' end) as violation
  from pg_policy join pg_class on pg_class.oid = polrelid
  where relnamespace = 'concordat'::regnamespace
    and ((polcmd <> 'a' and polqual is null) or (polcmd in ('*', 'a', 'w') and polwithcheck is null))`;

const rightsOfApplication: Rule = (tx, { appRole }) => tx`
  select format('role %s: is %s', rolname, held) as violation
  from pg_roles cross join lateral (values
    (rolsuper, 'superuser'), (rolbypassrls, 'BYPASSRLS'), (rolcreaterole, 'CREATEROLE'),
    (rolcreatedb, 'CREATEDB'), (rolreplication, 'REPLICATION'),
    (exists (select from pg_auth_members where member = pg_roles.oid), 'a member of another role')
  ) as rights (has, held)
  where rolname = ${appRole} and has
  union all
  select format('role %s: does not exist', ${appRole}::text)
  where not exists (select from pg_roles where rolname = ${appRole})`;

const ownedByApplication: Rule = (tx, { appRole }) => tx`
  select format('role %s: owns %s', ${appRole}::text,
                pg_describe_object(classid, objid, objsubid)) as violation
  from pg_shdepend
  where deptype = 'o' and refclassid = 'pg_authid'::regclass
    and refobjid = (select oid from pg_roles where rolname = ${appRole})
    and dbid in (0, (select oid from pg_database where datname = current_database()))`;

const columnsWithoutComment: Rule = (tx) => tx`
  select format('column %s.%s: has no comment', relname, attname) as violation
  from pg_attribute join pg_class on pg_class.oid = attrelid
  where relnamespace = 'concordat'::regnamespace and relkind in ('r', 'p') and not relispartition
    and attnum > 0 and not attisdropped and coalesce(col_description(attrelid, attnum), '') = ''`;

const definersWithoutPath: Rule = (tx) => tx`
  select format('function %s: is SECURITY DEFINER without a fixed search_path', pg_proc.oid::regprocedure) as violation
  from pg_proc join pg_namespace on pg_namespace.oid = pronamespace
  where prosecdef and nspname not in ('pg_catalog', 'information_schema')
    and not exists (select from unnest(proconfig) as setting where setting like 'search_path=%')`;

const viewsOfOwner: Rule = (tx) => tx`
  select format('view %s: is not security_invoker', relname) as violation
  from pg_class where relnamespace = 'concordat'::regnamespace
    and (relkind = 'm' or (relkind = 'v' and not exists (
      select from unnest(reloptions) as option where option in ('security_invoker=true', 'security_invoker=on'))))`;

const RULES: readonly Rule[] = [
  tablesWithoutSecurity,
  tablesWithoutPolicy,
  policiesWithoutCheck,
  rightsOfApplication,
  ownedByApplication,
  columnsWithoutComment,
  definersWithoutPath,
  viewsOfOwner,
];
