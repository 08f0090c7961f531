import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalDigest } from "../domain/canonical-json.ts";
import { contractId } from "../domain/contract/document.ts";
import { datasetRef } from "../domain/dataset/schema.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { personIdSchema } from "../domain/person/person.ts";
import type { Store, Transaction } from "../ports/store.ts";
import { type TestDatabase, testDatabase } from "../testing/database.ts";
import { policyOf } from "../testing/documents.ts";
import { actsOn, appendNext, bringVersion, newPartners, offer } from "../testing/store-suite/acts.ts";
import { contractAmong, REPORT, releaseOf, signatureOf, thumbprintOf } from "../testing/store-suite/rows.ts";
import { storeSuite } from "../testing/store-suite.ts";
import { turnstile } from "../testing/turnstile.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import { ledger } from "./ledger.ts";
import { migrate } from "./migrate.ts";
import type { Statements } from "./pool.ts";
import { rlsViolations } from "./row-security.ts";
import { MIGRATIONS, postgresStore } from "./store.ts";
import { transaction } from "./transaction.ts";

async function migrated(): Promise<TestDatabase> {
  const database = await testDatabase();
  const ran = await migrate(database.owner, { folder: MIGRATIONS, appRole: database.appRole });
  if (!ran.ok) throw new Error(ran.error);
  return database;
}

describe("the store over Postgres", () => {
  storeSuite(async () => {
    const database = await migrated();
    return { store: postgresStore(database.room), close: database.close };
  });
});

const DIRECTORY = ["partner", "partner_key", "log_witness"];
const SERVERS = ["server"];
const HASHES = ["log_hand_over", "log_head", "log_node", "log_checkpoint", "log_cosignature"];

describe("row-level security", () => {
  let database: TestDatabase;
  let store: Store;
  let ann: PartnerId;
  let bob: PartnerId;
  let eve: PartnerId;
  let tables: readonly string[];

  beforeAll(async () => {
    database = await migrated();
    store = postgresStore(database.room);
    await actsOn(store, OPERATOR).write((tx) => tx.partners.add(OPERATOR, null));
    [ann, bob, eve] = await three(store);
    await fillEveryTable(store, ann, bob);
    await asOwner(
      (tx) => tx`
        insert into concordat.server (number, release, migrations, mark, lease_until) values (1, 'one', 1, 'm', now())`,
    );
    tables = await asOwner(async (tx) => {
      const rows = await tx<{ name: string }[]>`
        select relname as name from pg_class where relnamespace = 'concordat'::regnamespace and relkind in ('r', 'p')
          and relname <> 'migration' order by relname`;
      return rows.map((row) => row.name);
    });
  });
  afterAll(() => database.close());

  // Row-level security binds an owner that is no superuser as well, so it too says for whom it acts.
  const asOwner = <T>(work: (tx: Statements) => Promise<T>) =>
    transaction(database.owner, { name: "as owner", parties: [ann, bob, eve, OPERATOR], access: "read write" }, work);
  const asRoom = <T>(parties: readonly PartnerId[], work: (tx: Statements) => Promise<T>) =>
    transaction(database.room, { name: "as room", parties, access: "read write" }, work);
  const count = async (tx: Statements, table: string) => {
    const rows = await tx<{ count: number }[]>`select count(*)::int8 as count from ${tx(`concordat.${table}`)}`;
    return rows[0]?.count;
  };
  const counts = async (tx: Statements) => {
    const found: { [table: string]: number | undefined } = {};
    for (const table of tables) found[table] = await count(tx, table);
    return found;
  };
  const each = (value: number) => Object.fromEntries(tables.map((table) => [table, value]));

  test("is whole in the catalogue, for every table but the record of migrations", async () => {
    const scope = { appRole: database.appRole, exempt: ["migration"] };
    expect(await rlsViolations(database.owner, scope)).toEqual([]);
  });

  test("covers tables that hold rows, each with a comment", async () => {
    const held = await asOwner(counts);
    expect(tables.filter((table) => held[table] === 0)).toEqual([]);
    const silent = await asOwner(async (tx) => {
      const rows = await tx<{ name: string }[]>`
        select relname as name from pg_class where relname = any (${tx.array([...tables], TEXT_ARRAY)})
          and relnamespace = 'concordat'::regnamespace and coalesce(obj_description(oid, 'pg_class'), '') = ''`;
      return rows.map((row) => row.name);
    });
    expect(silent).toEqual([]);
  });

  test("shows no row of any table to a transaction that acts for nobody", async () => {
    expect(await asRoom([], counts)).toEqual(each(0));
  });

  test("shows no row of any table to a session that never said for whom it acts, nor after one that did", async () => {
    const session = await database.room.take();
    try {
      expect(await counts(session.sql)).toEqual(each(0));
      await session.sql.unsafe("set concordat.parties = '{}'");
      expect(await counts(session.sql)).toEqual(each(0));
    } finally {
      database.room.give(session, "unknown");
    }
  });

  test("shows a partner no private row of others, in any table", async () => {
    const seen = await asRoom([eve], counts);
    for (const table of [...DIRECTORY, ...SERVERS, ...HASHES]) expect(seen[table]).toBeGreaterThan(0);
    const hidden = tables.filter((table) => ![...DIRECTORY, ...SERVERS, ...HASHES].includes(table));
    expect(hidden.filter((table) => seen[table] !== 0)).toEqual([]);
    expect(await asRoom([ann], (tx) => count(tx, "ledger_debit"))).toBe(1);
    expect(await asRoom([bob], (tx) => count(tx, "ledger_debit"))).toBe(0);
    expect(await asRoom([bob], (tx) => count(tx, "contract"))).toBe(1);
  });

  test("lets nobody write a row in another's name", async () => {
    const inEvesName = [
      (tx: Statements) => tx`insert into concordat.nonce values (${ann}, 'n', now())`,
      (tx: Statements) => tx`insert into concordat.partner_key (thumbprint, partner, jwk)
        values (${"k".repeat(43)}, ${ann}, '{}')`,
      (tx: Statements) => tx`insert into concordat.policy (partner, version, digest, document)
        values (${ann}, 9, '', '{}')`,
      (tx: Statements) => tx`insert into concordat.log_entry (index, entry, parties)
        values (1000000, '', ${tx.array([ann], TEXT_ARRAY)})`,
      (tx: Statements) => tx`insert into concordat.log_witness (thumbprint, partner, name, key)
        values (${"w".repeat(43)}, ${ann}, ${`${ann}/other`}, 'key')`,
      (tx: Statements) => tx`insert into concordat.log_cosignature (size, witness, partner, line, signed_at)
        values (1, ${thumbprintOf("witness")}, ${ann}, 'line', now())`,
      (tx: Statements) => tx`insert into concordat.person (partner, id, name, role)
        values (${ann}, ${`per_${"e".repeat(22)}`}, 'Eve', 'admin')`,
      (tx: Statements) => tx`insert into concordat.ledger_account values (${ann}, ${`${ann}/list`}, 'everyone', 0, 0)`,
    ];
    for (const statement of inEvesName) {
      await expect(asRoom([eve], async (tx) => await statement(tx))).rejects.toMatchObject({ code: "42501" });
    }
  });

  test("and rights leave what is only added to as it is, and the log above all", async () => {
    const changeable = await asOwner(async (tx) => {
      const rows = await tx<{ name: string; may: string }[]>`
        select relname as name, string_agg(may, ' ' order by may) as may
        from pg_class, unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) as may
        where relnamespace = 'concordat'::regnamespace and relkind in ('r', 'p')
          and has_table_privilege(${database.appRole}, pg_class.oid, may)
        group by relname order by relname`;
      return rows.map((row) => `${row.name}: ${row.may}`);
    });
    expect(changeable).toEqual([
      ...["approval_request: DELETE", "console_session: DELETE", "deletion_request: DELETE"],
      ...["idempotency: DELETE", "log_head: UPDATE", "nonce: DELETE", "person_account: DELETE", "server: DELETE"],
      ...["sign_in_attempt: DELETE", "sign_in_link: DELETE", "sign_in_provider: DELETE"],
    ]);
    const columns = await asOwner(async (tx) => {
      const rows = await tx<{ column: string }[]>`
        select relname || '.' || attname as column from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = 'concordat'::regnamespace and relkind = 'r' and attnum > 0 and relname <> 'log_head'
          and has_column_privilege(${database.appRole}, attrelid, attnum, 'UPDATE')
        order by relname, attnum`;
      return rows.map((row) => row.column);
    });
    expect(columns).toEqual([
      ...["approval_request.approvers", "console_session.seen_at", "contract_deletion.entry"],
      ...["data_key.wrapped", "data_key.destroyed_at", "data_key.taken", "data_key.entry"],
      ...["deletion_request.sealed", "deletion_requester.document"],
      ...["deletion_requester.registered_at", "deletion_requester.retired_at"],
      ...["enrolment.code_digest", "enrolment.issued_at", "enrolment.expires_at", "enrolment.used_at"],
      "erasure.sealed",
      ...["idempotency.attempt", "idempotency.lease_until", "idempotency.reply_status"],
      ...["idempotency.reply_content_type", "idempotency.reply_body", "idempotency.server"],
      ...["ledger_account.spent", "ledger_account.cap", "log_witness.retired_at"],
      ...["nonce.expires_at", "objection.sealed", "partner.left_at", "partner_key.revoked_at"],
      ...["person.name", "person.removed_at"],
      ...["release.answer", "release.receipt", "release.collected_at", "release.forgotten_at", "release.collected_on"],
      ...["removal_notice.sealed", "removal_notice.fetched_at", "removal_notice.acknowledged_at"],
      ...["server.mark", "server.lease_until", "server.ended_at"],
      ...["sign_in_provider.issuer", "sign_in_provider.client_id", "sign_in_provider.sealed_secret"],
      "sign_in_provider.put_at",
      ...["upload.state", "upload.closed_at", "upload.version"],
      ...[
        "version.segment",
        "version.people",
        "version.duplicates",
        "version.bytes",
        "version.scheme",
        "version.deleted_at",
      ],
      ...["version.ends_at", "version.is_end_stated"],
    ]);
  });

  test.each([
    "update concordat.log_entry set entry = ''",
    "delete from concordat.log_entry",
    "truncate concordat.log_entry",
    "update concordat.log_node set hash = hash",
    "delete from concordat.log_head",
    "delete from concordat.ledger_debit",
    "update concordat.ledger_debit set nano_rho = 0",
    "update concordat.release set answer = ''",
    "update concordat.contract_signature set signed_at = now()",
    "alter table concordat.log_entry disable row level security",
    "select * from concordat.migration",
  ])("and rights refuse the room: %s", async (statement) => {
    await expect(asRoom([ann, bob], (tx) => tx.unsafe(statement))).rejects.toMatchObject({ code: "42501" });
  });

  test("does not keep a lease past its time: the next attempt takes over and the first cannot finish", async () => {
    const act = actsOn(store, ann);
    const reply = { status: 200, contentType: "text/plain", body: "done" };
    const start = () => act.note((tx) => tx.idempotency.start(ann, "leased", "digest"));
    expect(await start()).toEqual({ kind: "fresh", attempt: 1 });
    await asOwner((tx) => tx.unsafe("update concordat.idempotency set lease_until = now() where key = 'leased'"));
    expect(await start()).toEqual({ kind: "fresh", attempt: 2 });
    expect(await start()).toEqual({ kind: "in-flight" });
    expect(await act.note((tx) => tx.idempotency.finish({ partner: ann, key: "leased", attempt: 1 }, reply))).toBe(
      false,
    );
    expect(await act.note((tx) => tx.idempotency.finish({ partner: ann, key: "leased", attempt: 2 }, reply))).toBe(
      true,
    );
    expect(await start()).toEqual({ kind: "finished", reply });
  });

  test("purges idempotency records when their days are over, and no sooner", async () => {
    const act = actsOn(store, ann);
    const aged = async (days: number) => {
      await act.note((tx) => tx.idempotency.start(ann, `aged-${days}`, "digest"));
      const age = (tx: Statements) => tx`
        update concordat.idempotency set started_at = now() - make_interval(days => ${days})
        where key = ${`aged-${days}`}`;
      await asOwner(async (tx) => await age(tx));
    };
    await aged(29);
    await aged(31);
    await act.note((tx) => tx.idempotency.purge());
    const kept = await asOwner(
      (tx) => tx<{ key: string }[]>`
      select key from concordat.idempotency where key like 'aged-%' order by key`,
    );
    expect(kept.map((row) => row.key)).toEqual(["aged-29"]);
  });

  test("counts what was spent within a period to the microsecond, and all of it for ever", async () => {
    const lineage = datasetRef(ann, "aged");
    await asOwner(async (tx) => {
      const books = ledger(tx);
      for (const [release, nanoRho] of [
        ["rel_edge", 5n],
        ["rel_inside", 7n],
      ] as const)
        await books.debit([{ lineage, recipient: "everyone", nanoRho, release, cap: 100n }]);
      const aged = tx`now() - make_interval(days => 30)`;
      await tx`update concordat.ledger_debit set debited_at = ${aged} where release = 'rel_edge'`;
      await tx`
        update concordat.ledger_debit set debited_at = ${aged} + interval '1 microsecond' where release = 'rel_inside'`;
      expect(await books.spent(lineage, "everyone", 30)).toBe(7n);
      expect(await books.spent(lineage, "everyone", 31)).toBe(12n);
      expect(await books.spent(lineage, "everyone", null)).toBe(12n);
    });
  });

  test("refuses a document that was edited behind the room's back", async () => {
    const id = contractId(contractAmong([ann, bob]));
    const policy = () => actsOn(store, ann).read((tx) => tx.policies.current(ann));
    const contract = () => actsOn(store, ann).read((tx) => tx.contracts.find(id));
    const edit = (from: string, to: string) =>
      asOwner(async (tx) => {
        await tx`update concordat.policy set document = replace(document, ${from}, ${to}) where partner = ${ann}`;
        await tx`update concordat.contract set document = replace(document, ${from}, ${to}) where id = ${id}`;
      });
    // Each text is read before it is edited and after it is mended, so what is kept parsed would show.
    const before = [await policy(), await contract()];
    await edit('"k":50', '"k":5');
    for (const read of [policy, contract]) await expect(read()).rejects.toThrow(/floor/);
    await edit('"k":5,', '"k":51,');
    for (const read of [policy, contract, policy, contract]) await expect(read()).rejects.toThrow(/another digest/);
    await edit('"k":51', '"k":50');
    expect([await policy(), await contract()]).toEqual(before);
  });

  test("names the cap that a debit broke, and leaves nothing of it", async () => {
    const lineage = datasetRef(ann, "capped");
    const debit = actsOn(store, ann).write(async (tx) => {
      await appendNext(tx, [ann]);
      await tx.ledger.debit([{ lineage, recipient: "everyone", nanoRho: 2n, release: "r", cap: 1n }]);
    });
    await expect(debit).rejects.toMatchObject({ code: "23514", constraint_name: "ledger_account_within_cap" });
    expect(await actsOn(store, ann).read((tx) => tx.ledger.spent(lineage, "everyone", null))).toBe(0n);
  });

  test("runs logged transactions in one queue, one at a time of 24 at once", async () => {
    const { pass, most } = turnstile();
    const act = { name: "queue", parties: [ann] };
    const append = () => store.write(act, (tx) => pass(() => appendNext(tx, [ann])));
    const indexes = await Promise.all(Array.from({ length: 24 }, append));
    expect(new Set(indexes).size).toBe(24);
    expect(most()).toBe(1);
  });
});

async function three(store: Store): Promise<[PartnerId, PartnerId, PartnerId]> {
  const [ann, bob, eve] = await newPartners(store, "ann", "bob", "eve");
  if (ann === undefined || bob === undefined || eve === undefined) throw new Error("three partners were asked for");
  return [ann, bob, eve];
}

async function fillEveryTable(store: Store, ann: PartnerId, bob: PartnerId): Promise<void> {
  const contract = contractAmong([ann, bob]);
  await offer(store, contract);
  for (const partner of [ann, bob]) await bringVersion(store, partner, `version-of-${partner}`);
  await actsOn(store, OPERATOR).write((tx) => tx.enrolments.issue(ann, "digest", 1));
  await actsOn(store, OPERATOR, ann).write(async (tx) => {
    await tx.log.handOver({ entry: await appendNext(tx, [ann]), signer: thumbprintOf("log-key"), note: "note" });
  });
  await actsOn(store, ann, bob).write(async (tx) => {
    await tx.contracts.sign(contractId(contract), signatureOf(ann));
    await tx.contracts.note(contractId(contract), { kind: "suspended", partner: ann });
    await tx.policies.put(policyOf(ann), canonicalDigest(policyOf(ann)));
    const [digest, thumbprint] = ["a".repeat(64), "policy-key".padEnd(43, "k")];
    await tx.policies.wait(policyOf(ann, { version: 2 }), digest);
    await tx.keys.register({ thumbprint, partner: ann, jwk: "{}" });
    await tx.policies.sign(ann, { digest, thumbprint, protected: "header", signature: "signed" });
    await tx.dataKeys.put(ann, 1, new Uint8Array(60));
    await letIn(tx, ann);
    await tx.nonces.claim(ann, "nonce", 300);
    await tx.idempotency.start(ann, "key", "digest");
    await tx.uploads.open({ id: "upload", partner: ann, dataset: "customers", change: "replace" });
    const upload = await tx.uploads.find("upload");
    if (upload === null) throw new Error("the upload is not there");
    await tx.uploads.addPart(upload, { number: 1, digest: "d", bytes: 1, columns: ["ref"], report: REPORT });
    const entry = await appendNext(tx, [ann, bob]);
    await tx.releases.add(
      releaseOf(contract, { id: "release", recipient: bob, versions: `version-of-${ann}`, entry }),
      [ann],
    );
    const request = { id: "request", recipient: bob, contract: contractId(contract), approvers: [ann] };
    const asked = { question: "{}", questionDigest: "digest", askedWith: thumbprintOf(bob), expiresAt: tx.now };
    await tx.requests.add({ ...request, ...asked });
    await tx.requests.note(request, { kind: "approved", partner: ann, because: null, release: null });
    await fillRights(tx, { ann, bob, entry });
    await tx.deletions.add({ contract: contractId(contract), deleted: "{}" });
    const head = await tx.log.head();
    await tx.log.publish(head);
    const [witness, signedAt] = [thumbprintOf("witness"), tx.now];
    await tx.witnesses.register({ thumbprint: witness, partner: ann, name: `${ann}/witness`, key: "key" });
    await tx.witnesses.cosign({ size: head.size, witness, partner: ann, line: "line", signedAt });
    const lineage = datasetRef(ann, "customers");
    await tx.ledger.debit([{ lineage, recipient: bob, nanoRho: 5n, release: "release", cap: 10n }]);
  });
}

type Filled = { readonly ann: PartnerId; readonly bob: PartnerId; readonly entry: number };

async function fillRights(tx: Transaction, { ann, bob, entry }: Filled): Promise<void> {
  await tx.erasures.add({ partner: ann, number: 1, sealed: Uint8Array.of(1) });
  await tx.objections.add({ partner: ann, number: 1, kind: "made", scope: "{}", sealed: Uint8Array.of(1), entry });
  const notice = { recipient: bob, id: "ntc", release: "release", isWhole: false, sealed: Uint8Array.of(1) };
  await tx.notices.add(notice);
  await tx.requesters.put(ann, { issuer: "publisher.example", audience: "optional", keys: [{ kty: "OKP" }] });
  const wanted = { partner: ann, id: "del", issuer: "publisher.example", sealed: Uint8Array.of(1) };
  await tx.deletionRequests.add(wanted);
}

// Somebody of a partner, in every way of coming in.
async function letIn(tx: Transaction, ann: PartnerId): Promise<void> {
  const digest = "a".repeat(64);
  const person = { partner: ann, id: personIdSchema.parse(`per_${"p".repeat(22)}`) };
  await tx.people.add({ ...person, name: "Ann", role: "marketer" });
  await tx.people.issueLink(person, digest, 1);
  await tx.sessions.open(person, digest, 1);
  await tx.accounts.bind(person, digest);
  const issuer = "https://login.example";
  const provider = { partner: ann, issuer, clientId: "room", sealedSecret: null };
  await tx.signInProviders.put({ ...provider, entrance: `${ann}.${"e".repeat(43)}` });
  await tx.signInAttempts.open(ann, { cookieDigest: digest, issuer, codeDigest: null }, 1);
}
