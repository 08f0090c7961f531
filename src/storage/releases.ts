// Releases: answers as they left the room.
// A question asked again finds its recorded answer here, in the order of their entries in the log.

import { canonicalJson } from "../domain/canonical-json.ts";
import type { DatasetRef } from "../domain/dataset/schema.ts";
import type { UnixMillis } from "../domain/instant.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Analysis } from "../domain/policy/limits-document.ts";
import type { Disclosed, DisclosureRow } from "../ports/disclosure.ts";
import type { Page, ReleaseRow } from "../ports/rows.ts";
import type { CappedTogether, Transaction } from "../ports/store.ts";
import { TEXT_ARRAY } from "./arrays.ts";
import { askedTexts } from "./asked-rows.ts";
import type { Statements } from "./pool.ts";

export function releases(tx: Statements): Transaction["releases"] {
  const columns = columnsIn(tx);
  const last = async (condition: Condition) => {
    const [row] = await tx<ReleaseRow[]>`
      select ${columns} from concordat.release
      where ${condition} and forgotten_at is null order by entry desc limit 1`;
    return row ?? null;
  };
  const where = async (condition: Condition) => [
    ...(await tx<ReleaseRow[]>`select ${columns} from concordat.release where ${condition} order by entry desc`),
  ];
  return {
    recorded: (contract, digests, versions) =>
      where(tx`
        contract = ${contract} and question_digest = any (${tx.array([...digests], TEXT_ARRAY)})
        and versions = ${versions} and expires_at > now() and forgotten_at is null`),
    givenOn: (...asked) => givenOn(tx, ...asked),
    find: (id) => last(tx`id = ${id}`),
    list: async (recipient, { after, limit }) => [
      ...(await tx<ReleaseRow[]>`
        select ${columns} from concordat.release
        where recipient = ${recipient} and forgotten_at is null and (${after}::text is null or entry < (
          select last.entry from concordat.release last where last.recipient = ${recipient} and last.id = ${after}))
        order by entry desc limit ${limit}`),
    ],
    series: async (recipient, digests, limit) => [
      ...(await tx<ReleaseRow[]>`
        select ${columns} from concordat.release
        where recipient = ${recipient} and question_digest = any (${tx.array([...digests], TEXT_ARRAY)})
          and outcome = 'released' and expires_at > now() and forgotten_at is null
        order by entry desc limit ${limit}`),
    ],
    disclosed: (owner, asked, page) => disclosed(tx, { owner, ...asked }, page),
    add: (...addition) => add(tx, ...addition),
    filledAt: (touch, cap) => filledAt(tx, touch, cap),
    contacting: (lineage, days) => where(isContacting(tx, lineage, days)),
    lastAsked: (recipient, lineage) => lastAsked(tx, recipient, lineage),
    named: (ids) => where(tx`id = any (${tx.array([...ids], TEXT_ARRAY)})`),
    audiences: (recipient, lineage) => where(isGuarded(tx, { recipient, lineage, analysis: "audience" })),
    exactFigures: (recipient, lineage) => where(isGuarded(tx, { recipient, lineage, analysis: "overlap" })),
    unrepeatable: (recipient, lineage) => unrepeatable(tx, { recipient, lineage, analysis: "overlap" }),
    forget: async (contract) => (await forget(tx, tx`contract = ${contract}`)).map(({ id }) => id),
    forgetExpired: () => forget(tx, tx`expires_at <= now()`),
    collect: (id, checkedOn) => collect(tx, id, checkedOn),
    collected: (lineage) => where(isCollected(tx, lineage)),
  };
}

function columnsIn(tx: Statements) {
  return tx`
    id, recipient, contract, analysis, question, question_digest as "questionDigest", versions, outcome,
    shows_exactly as "showsExactly", counted, coin, still, answer, receipt, entry,
    concordat.millis(released_at) as "releasedAt", concordat.millis(expires_at) as "expiresAt",
    concordat.millis(collected_at) as "collectedAt", collected_on as "collectedOn"`;
}

async function givenOn(tx: Statements, ...asked: Parameters<Transaction["releases"]["givenOn"]>): Promise<string[]> {
  const [contract, versions, limit] = asked;
  const rows = await tx<{ digest: string }[]>`
    select question_digest as digest from concordat.release
    where contract = ${contract} and versions = ${versions} and expires_at > now() and forgotten_at is null
    limit ${limit}`;
  return rows.map(({ digest }) => digest);
}

type Condition = ReturnType<typeof isCollected>;
type Asked = Disclosed & { readonly owner: PartnerId };

async function disclosed(tx: Statements, asked: Asked, { after, limit }: Page) {
  const { owner, recipient, contract, lineage, from, until } = asked;
  return [
    ...(await tx<DisclosureRow[]>`
      select id, recipient, contract, analysis, question, outcome, entry,
        concordat.millis(released_at) as "releasedAt", concordat.millis(expires_at) as "expiresAt",
        concordat.millis(collected_at) as "collectedAt"
      from concordat.release
      where owners @> ${tx.array([owner], TEXT_ARRAY)} and recipient <> ${owner}
        and (${recipient}::text is null or recipient = ${recipient})
        and (${contract}::text is null or contract = ${contract})
        and (${lineage}::text is null or lineages @> array[${lineage}::text])
        and (${from}::int8 is null or concordat.millis(released_at) >= ${from}::int8)
        and (${until}::int8 is null or concordat.millis(released_at) < ${until}::int8)
        and (${after}::int8 is null or entry < ${after}::int8)
      order by entry desc limit ${limit}`),
  ];
}

function isContacting(tx: Statements, lineage: DatasetRef, days: number) {
  return tx`
    lineages @> ${tx.array([lineage], TEXT_ARRAY)} and analysis = 'audience' and outcome = 'released'
    and released_at > now() - make_interval(days => ${days})`;
}

function isCollected(tx: Statements, lineage: DatasetRef) {
  return tx`
    lineages @> ${tx.array([lineage], TEXT_ARRAY)} and analysis = any (${tx.array([...LISTS], TEXT_ARRAY)})
    and collected_at is not null`;
}

async function collect(tx: Statements, id: string, checkedOn: string): Promise<boolean> {
  const [row] = await tx<Pick<ReleaseRow, "collectedAt" | "collectedOn">[]>`
    select concordat.millis(collected_at) as "collectedAt", collected_on as "collectedOn"
    from concordat.release where id = ${id}`;
  const known: string[] = JSON.parse(row?.collectedOn ?? "[]");
  const kept = canonicalJson([...new Set([...known, checkedOn])]);
  await tx`
    update concordat.release set collected_at = coalesce(collected_at, now()), collected_on = ${kept} where id = ${id}`;
  return row?.collectedAt === null;
}

async function lastAsked(tx: Statements, recipient: PartnerId, lineage: DatasetRef): Promise<string | null> {
  const [row] = await tx<{ id: string }[]>`
    select version.id from concordat.release, concordat.version
    where recipient = ${recipient} and lineages @> ${tx.array([lineage], TEXT_ARRAY)}
      and version.id = any (string_to_array(versions, ',')) and partner || '/' || dataset = ${lineage}
    order by entry desc limit 1`;
  return row?.id ?? null;
}

async function unrepeatable(tx: Statements, touch: Touch): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int8 as count from concordat.release
    where ${isGuarded(tx, touch)} and exists (
      select from concordat.version
      where id = any (string_to_array(versions, ',')) and deleted_at is not null)`;
  return row?.count ?? 0;
}

type Forgotten = Pick<ReleaseRow, "id" | "contract">;

// The consents stay: with the question and the versions they are what the guards make a list or a figure again from.
async function forget(tx: Statements, condition: Condition): Promise<readonly Forgotten[]> {
  const rows = await tx<Forgotten[]>`
    update concordat.release
    set answer = json_build_object('consents', answer::json -> 'consents')::text, receipt = '', forgotten_at = now()
    where ${condition} and forgotten_at is null returning id, contract`;
  return [...rows].sort((left, right) => (left.id < right.id ? -1 : 1));
}

const LISTS: readonly Analysis[] = ["audience", "suppression"];

// What a guard compares with: lists that were given as they are, and answers that showed exact figures.
function isGuarded(tx: Statements, { recipient, lineage, analysis }: Touch) {
  const isGiven = LISTS.includes(analysis)
    ? tx`analysis = any (${tx.array([...LISTS], TEXT_ARRAY)}) and coin is null`
    : tx`shows_exactly`;
  return tx`recipient = ${recipient} and outcome = 'released' and ${lineage} = any (lineages) and ${isGiven}`;
}

type Addition = Omit<ReleaseRow, "releasedAt" | "collectedAt" | "collectedOn">;

// Who may read the row is the contract's to say, and which lists it touches the versions', so neither is asked for.
async function add(tx: Statements, release: Addition, owners: readonly PartnerId[]): Promise<void> {
  const { count } = await tx`
    insert into concordat.release (recipient, id, contract, members, owners, lineages, analysis, question,
      question_digest, versions, outcome, shows_exactly, counted, coin, still, answer, receipt, entry, expires_at)
    select ${release.recipient}, ${release.id}, contract.id, contract.members,
      ${tx.array([...owners], TEXT_ARRAY)},
      touched.lineages, ${release.analysis}, ${release.question}, ${release.questionDigest}, ${release.versions},
      ${release.outcome}, ${release.showsExactly}, ${release.counted}, ${release.coin}, ${release.still},
      ${release.answer}, ${release.receipt}, ${release.entry},
      concordat.instant(${release.expiresAt})
    from concordat.contract, (
      select array_agg(partner || '/' || dataset order by partner, dataset) as lineages from concordat.version
      where id = any (string_to_array(${release.versions}, ','))) touched
    where contract.id = ${release.contract}
      and cardinality(touched.lineages) = cardinality(string_to_array(${release.versions}, ','))`;
  if (count !== 1) throw new Error("a release names a contract or a version that its transaction cannot see");
}

type Touch = { readonly recipient: PartnerId; readonly analysis: Analysis; readonly lineage: DatasetRef };

// Every row counts: one is added when an answer is charged, and an answer given again to the same recipient adds none.
async function filledAt(
  tx: Statements,
  { recipients, analysis, lineage }: CappedTogether,
  { count, periodDays }: Parameters<Transaction["releases"]["filledAt"]>[1],
): Promise<UnixMillis | null> {
  const [row] = await tx<{ at: UnixMillis }[]>`
    select concordat.millis(released_at) as at
    from ${askedTexts(tx, recipients)} as asked (text), lateral (
      select released_at from concordat.release
      where recipient = asked.text and analysis = ${analysis} and ${lineage} = any (lineages)
        and released_at > now() - make_interval(days => ${periodDays})
      order by entry desc limit ${count}) newest
    order by released_at desc offset ${count - 1} limit 1`;
  return row?.at ?? null;
}
