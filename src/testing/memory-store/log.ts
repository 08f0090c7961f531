// The log's entries, hashes, head and checkpoints, and the witnesses of these.

import type { UnixMillis } from "../../domain/instant.ts";
import { LIMITS } from "../../domain/limits.ts";
import { OPERATOR } from "../../domain/partner/manifest.ts";
import type { LogNews } from "../../ports/log-store.ts";
import type {
  CosignatureRow,
  EntryRow,
  HandOverRow,
  LogHead,
  LogNode,
  PublishedRow,
  WitnessRow,
} from "../../ports/rows.ts";
import type { Transaction } from "../../ports/store.ts";
import type { Immediate } from "./deferred.ts";
import { entryRow } from "./lists.ts";
import type { Session } from "./session.ts";
import { anybody, byNumber, firstBroken, itsPartner, meets, partnerRow, type Table } from "./table.ts";

const HASHES = { sees: anybody, mayWrite: anybody } as const;

type HeadRow = Omit<LogHead, "published" | "signer">;
const HEAD: Table<HeadRow> = { name: "log_head", key: () => "the only one", ...HASHES };
const NODE: Table<LogNode> = { name: "log_node", key: ({ level, index }) => `${level} ${index}`, ...HASHES };
const CHECKPOINT: Table<PublishedRow> = {
  name: "log_checkpoint",
  key: ({ size }) => String(size),
  ...HASHES,
  broken: ({ size }) => firstBroken({ log_checkpoint_size: size > 0 }),
};
const HAND_OVER: Table<HandOverRow> = {
  name: "log_hand_over",
  key: ({ entry }) => String(entry),
  sees: anybody,
  mayWrite: (_, parties) => parties.has(OPERATOR),
  defers: ({ entry }) => entryRow(entry),
};

type Appended = EntryRow & { readonly parties: readonly string[]; readonly at: UnixMillis };
const ENTRY: Table<Appended> = {
  name: "log_entry",
  key: ({ index }) => String(index),
  sees: ({ parties: whom }, parties) => meets(whom, parties),
  mayWrite: ({ parties: whom }, parties) => meets(whom, parties),
};

type Addition = Parameters<Immediate<Transaction["log"]>["append"]>[0];
const entryOf = ({ index, entry }: Appended): EntryRow => ({ index, entry });

export function log(db: Session): Immediate<Transaction["log"]> {
  const entries = (isAsked: (row: Appended) => boolean) => db.rows(ENTRY, isAsked).sort(byNumber(({ index }) => index));
  const checkpoints = () => db.rows(CHECKPOINT).sort(byNumber(({ size }) => size));
  const publish = ({ size, checkpoint }: Pick<LogHead, "size" | "checkpoint">) =>
    db.insert(CHECKPOINT, { size, checkpoint, publishedAt: db.now });
  const handOvers = () => db.rows(HAND_OVER).sort(byNumber(({ entry }) => entry));
  return {
    size: () => headRow(db).size,
    head: () => {
      const head = headRow(db);
      const published = checkpoints().at(-1)?.size ?? 0;
      return { ...head, published, signer: handOvers().at(-1)?.signer ?? null };
    },
    append: (addition) => {
      moveHead(db, addition);
      const { entry, parties, nodes, head } = addition;
      db.insert(ENTRY, { ...entry, parties, at: db.now });
      for (const node of nodes) db.insert(NODE, node);
      if (head.published === head.size) publish(head);
    },
    entries: (from, limit) =>
      entries(({ index }) => index >= from)
        .slice(0, limit)
        .map(entryOf),
    entriesBefore: (before, limit) =>
      entries(({ index }) => index < before)
        .reverse()
        .slice(0, limit)
        .map(entryOf),
    last: (act) => {
      const row = entries(({ entry }) => entry.startsWith(`{"act":"${act}",`)).at(-1);
      return row === undefined ? null : entryOf(row);
    },
    nodes: (places) => places.flatMap(({ level, index }) => db.find(NODE, `${level} ${index}`) ?? []),
    appendedAt: (index) => db.find(ENTRY, String(index))?.at ?? null,
    handOver: ({ entry, signer, note }) => db.insert(HAND_OVER, { entry, signer, note }),
    handOvers: () =>
      handOvers().map(({ note, entry }) => ({
        note,
        checkpoint: db.find(CHECKPOINT, String(entry + 1))?.checkpoint ?? "",
      })),
    publish,
    published: (from) => checkpoints().find(({ size }) => size >= from) ?? null,
  };
}

const EMPTY: HeadRow = { size: 0, frontier: [], checkpoint: "" };

/** What the log has for the parties of a session since it had `from` entries. */
export function newsIn(db: Session, from: number): LogNews {
  const { size } = headRow(db);
  const isNear = from <= size && size - from <= LIMITS.entriesLookedThrough;
  return { size, isOurs: !isNear || db.rows(ENTRY, ({ index }) => index >= from).length > 0 };
}

function headRow(db: Session): HeadRow {
  if (db.parties.size === 0) throw new Error("the log has no head for a transaction that acts for nobody");
  return db.find(HEAD, HEAD.key(EMPTY)) ?? EMPTY;
}

function moveHead(db: Session, { entry, head: { size, frontier, checkpoint }, parties }: Addition): void {
  const before = db.find(HEAD, HEAD.key(EMPTY)) ?? EMPTY;
  if (before.size !== entry.index || size !== entry.index + 1)
    throw new Error("an entry does not follow the last one of the log");
  if (parties.length === 0) throw new Error("an entry concerns nobody");
  db.remove(HEAD, () => true);
  db.insert(HEAD, { size, frontier, checkpoint });
}

const WITNESS: Table<WitnessRow> = {
  name: "log_witness",
  key: ({ thumbprint }) => thumbprint,
  sees: anybody,
  mayWrite: itsPartner,
  unique: { log_witness_name: ({ name }) => name },
  refersTo: ({ partner }) => [partnerRow(partner)],
};

const COSIGNATURE: Table<CosignatureRow> = {
  name: "log_cosignature",
  key: ({ size, witness }) => `${size} ${witness}`,
  sees: anybody,
  mayWrite: itsPartner,
  refersTo: ({ size, witness }) => [
    ["log_checkpoint", String(size)],
    ["log_witness", witness],
  ],
};

export function witnesses(db: Session): Immediate<Transaction["witnesses"]> {
  const cosigned = (isAsked: (row: CosignatureRow) => boolean) =>
    db.rows(COSIGNATURE, isAsked).sort(byNumber(({ size }) => size));
  const placeOf = ({ partner, witness }: CosignatureRow) => `${partner} ${witness}`;
  return {
    find: (thumbprint) => db.find(WITNESS, thumbprint),
    list: () =>
      db
        .rows(WITNESS)
        .sort((left, right) => byPartner(left, right) || byRegistering(left, right))
        .map((row) => {
          const last = cosigned(({ witness }) => witness === row.thumbprint).at(-1);
          return { ...row, last: last === undefined ? null : { size: last.size, signedAt: last.signedAt } };
        }),
    register: ({ thumbprint, partner, name, key }) => {
      const row = { thumbprint, partner, name, key, registeredAt: db.now, retiredAt: null };
      if (db.isTaken(WITNESS, row)) return false;
      db.insert(WITNESS, row);
      return true;
    },
    retire: (thumbprint) =>
      void db.update(
        WITNESS,
        (row) => row.thumbprint === thumbprint && row.retiredAt === null,
        (row) => ({ ...row, retiredAt: db.now }),
      ),
    cosign: (row) => {
      if (!db.isTaken(COSIGNATURE, row)) db.insert(COSIGNATURE, row);
    },
    cosignedFrom: (from, count) => {
      const rows = cosigned(({ size }) => size >= from);
      return rows.find(({ size }) => rows.filter((row) => row.size === size).length >= count)?.size ?? null;
    },
    cosignatures: (size, limit) =>
      cosigned((row) => row.size === size)
        .sort(byNumber(() => 0, placeOf))
        .slice(0, limit),
  };
}

const byPartner = byNumber<WitnessRow>(
  () => 0,
  ({ partner }) => partner,
);
const byRegistering = byNumber<WitnessRow>(
  ({ registeredAt }) => registeredAt,
  ({ thumbprint }) => thumbprint,
);
