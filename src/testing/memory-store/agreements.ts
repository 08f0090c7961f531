// Contracts with their signatures and events, and partners' policies with theirs.

import type { ContractId } from "../../domain/contract/document.ts";
import { startOfDate } from "../../domain/instant.ts";
import type {
  ContractEventRow,
  ContractFile,
  ContractRow,
  PolicyRow,
  PolicySignatureRow,
  SignatureRow,
} from "../../ports/rows.ts";
import type { Transaction } from "../../ports/store.ts";
import type { Immediate } from "./deferred.ts";
import type { Session } from "./session.ts";
import {
  byNumber,
  firstBroken,
  itsPartner,
  meets,
  OWN,
  type Parties,
  partnerRow,
  rowsAfter,
  type Table,
} from "./table.ts";

const membersOf = ({ contract }: ContractRow): string[] => contract.members.map(({ partner }) => partner);
const concerned = (row: ContractRow): string[] => [...membersOf(row), ...row.leaving];

const CONTRACT: Table<ContractRow> = {
  name: "contract",
  key: ({ id }) => id,
  sees: (row, parties) => meets(concerned(row), parties),
  mayWrite: ({ offeredBy }, parties) => parties.has(offeredBy),
  broken: (row) =>
    firstBroken({
      contract_offered_by: membersOf(row).includes(row.offeredBy),
      contract_leaving: !row.leaving.some((partner) => membersOf(row).includes(partner)),
    }),
  refersTo: ({ offeredBy }) => [partnerRow(offeredBy)],
};

type OfContract = { readonly contract: ContractId; readonly members: readonly string[]; readonly partner: string };
const ofMembers = {
  sees: ({ members }: OfContract, parties: Parties) => meets(members, parties),
  mayWrite: itsPartner,
  broken: ({ members, partner }: OfContract) => firstBroken({ by_a_member: members.includes(partner) }),
};

type Signed = OfContract & { readonly signature: SignatureRow };
const SIGNATURE: Table<Signed> = {
  name: "contract_signature",
  key: ({ contract, partner }) => `${contract} ${partner}`,
  ...ofMembers,
  refersTo: ({ contract, signature }) => [
    ["contract", contract],
    ["partner_key", signature.thumbprint],
  ],
};

type Noted = OfContract & { readonly number: number; readonly event: ContractEventRow };
const EVENT: Table<Noted> = {
  name: "contract_event",
  key: ({ contract, number }) => `${contract} ${number}`,
  ...ofMembers,
  refersTo: ({ contract }) => [["contract", contract]],
};

export function contracts(db: Session): Immediate<Transaction["contracts"]> {
  const seen = (id: ContractId): ContractRow => {
    const row = db.find(CONTRACT, id);
    if (row === null) throw new Error("a contract is signed or changed that its transaction cannot see");
    return row;
  };
  return {
    find: (id) => {
      const row = db.find(CONTRACT, id);
      return row === null ? null : fileOf(db, row);
    },
    list: ({ after, limit }) => {
      const all = db
        .rows(CONTRACT)
        .sort(
          byNumber(
            (row) => row.offeredAt,
            (row) => row.id,
          ),
        )
        .reverse();
      return rowsAfter(all, after, ({ id }) => id)
        .slice(0, limit)
        .map((row) => fileOf(db, row));
    },
    offer: ({ id, contract, leaving, offeredBy }) =>
      db.insert(CONTRACT, { id, contract, leaving, offeredBy, offeredAt: db.now }),
    sign: (contract, { partner, thumbprint, protected: header, signature }) => {
      const members = concerned(seen(contract));
      const signed = { partner, thumbprint, protected: header, signature, at: db.now };
      db.insert(SIGNATURE, { contract, members, partner, signature: signed });
    },
    note: (contract, { kind, partner }) => {
      const members = concerned(seen(contract));
      const number = db.rows(EVENT, (row) => row.contract === contract).length + 1;
      db.insert(EVENT, { contract, members, partner, number, event: { kind, partner, at: db.now } });
    },
  };
}

/** The members of a contract that the transaction sees. */
export function seenMembers(db: Session, contract: ContractId): readonly string[] | null {
  const row = db.find(CONTRACT, contract);
  return row === null ? null : membersOf(row);
}

function fileOf(db: Session, row: ContractRow): ContractFile {
  return { ...row, ...signedOf(db, row.id), successor: successorOf(db, row) };
}

function signedOf(db: Session, id: ContractId): Pick<ContractFile, "signatures" | "events"> {
  const signatures = db.rows(SIGNATURE, ({ contract }) => contract === id).map(({ signature }) => signature);
  const events = db.rows(EVENT, ({ contract }) => contract === id).sort(byNumber(({ number }) => number));
  signatures.sort(
    byNumber(
      ({ at }) => at,
      ({ partner }) => partner,
    ),
  );
  return { signatures, events: events.map(({ event }) => event) };
}

// As `storage/contracts.ts` says it: the version that all concerned have signed, unless it ended before its first day.
function successorOf(db: Session, { id, ...row }: ContractRow): ContractFile["successor"] {
  const later = db
    .rows(CONTRACT, ({ contract }) => contract.previous === id)
    .sort(
      byNumber(
        (one) => one.offeredAt,
        (one) => one.id,
      ),
    )
    .find((one) => {
      const whom = concerned(one);
      const { signatures, events } = signedOf(db, one.id);
      const signers = signatures.map(({ partner }) => String(partner));
      const first = startOfDate(one.contract.validity.from);
      if (!first.ok) throw new Error("a contract begins on a day that is none");
      const isOver = events.some(({ kind, at }) => (kind === "refused" || kind === "terminated") && at < first.value);
      const isOfAll = membersOf({ id, ...row }).every((partner) => whom.includes(partner));
      return isOfAll && whom.every((partner) => signers.includes(partner)) && !isOver;
    });
  return later === undefined ? null : { id: later.id, from: later.contract.validity.from };
}

const POLICY: Table<PolicyRow> = {
  name: "policy",
  key: ({ partner, version }) => `${partner} ${version}`,
  ...OWN,
  refersTo: ({ partner }) => [partnerRow(partner)],
};
const WAITING: Table<PolicyRow> = {
  name: "policy_waiting",
  key: ({ partner, digest }) => `${partner} ${digest}`,
  ...OWN,
  refersTo: ({ partner }) => [partnerRow(partner)],
};

type PolicySigned = { readonly partner: string; readonly signature: PolicySignatureRow };
const POLICY_SIGNATURE: Table<PolicySigned> = {
  name: "policy_signature",
  key: ({ partner, signature: { digest, thumbprint } }) => `${partner} ${digest} ${thumbprint}`,
  ...OWN,
  refersTo: ({ partner, signature }) => [partnerRow(partner), ["partner_key", signature.thumbprint]],
};

export function policies(db: Session): Immediate<Transaction["policies"]> {
  const versions = (partner: string) =>
    db.rows(POLICY, (row) => row.partner === partner).sort(byNumber(({ version }) => -version));
  const rowOf = (policy: PolicyRow["policy"], digest: string): PolicyRow => {
    const { partner, version } = policy;
    return { partner, version, digest, policy, putAt: db.now };
  };
  return {
    current: (partner) => versions(partner)[0] ?? null,
    currentOf: (partners) => partners.flatMap((partner) => versions(partner).slice(0, 1)),
    list: (partner, page) =>
      rowsAfter(versions(partner), page?.after ?? null, ({ version }) => String(version)).slice(0, page?.limit),
    put: (policy, digest) => db.insert(POLICY, rowOf(policy, digest)),
    wait: (policy, digest) => {
      if (!db.isTaken(WAITING, rowOf(policy, digest))) db.insert(WAITING, rowOf(policy, digest));
    },
    waiting: (partner) => {
      const next = 1 + (versions(partner)[0]?.version ?? 0);
      return db
        .rows(WAITING, (row) => row.partner === partner && row.version === next)
        .sort(
          byNumber(
            ({ putAt }) => putAt,
            ({ digest }) => digest,
          ),
        );
    },
    sign: (partner, { digest, thumbprint, protected: header, signature }) => {
      const kept = { digest, thumbprint, protected: header, signature, at: db.now };
      const row = { partner, signature: kept };
      if (!db.isTaken(POLICY_SIGNATURE, row)) db.insert(POLICY_SIGNATURE, row);
    },
    signatures: (partner) =>
      db
        .rows(POLICY_SIGNATURE, (row) => row.partner === partner)
        .map(({ signature }) => signature)
        .sort(
          byNumber(
            ({ at }) => at,
            ({ thumbprint }) => thumbprint,
          ),
        ),
  };
}
