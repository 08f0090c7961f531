// Reading contracts: the caller's own alone, as documents with their state, in plain words, and as the signed JWS.

import { type Envelope, envelope } from "../crypto/contract-jws.ts";
import { utf8 } from "../domain/bytes.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { type ContractChange, contractChanges, linesOfChanges } from "../domain/contract/difference.ts";
import type { ContractId } from "../domain/contract/document.ts";
import { plainContract } from "../domain/contract/plain.ts";
import { type Notation, OF_DOCUMENTS } from "../domain/notation.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ContractFile, Page } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { type ContractView, concernedBy, membersOf, stateOf } from "./offer-contract.ts";
import type { Caller, Ports } from "./ports.ts";
import { partiesOf } from "./sign-contract.ts";
import { directoryOf } from "./surroundings.ts";

/** A page of the caller's contracts, newest first. */
export async function listContracts(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly page: Page },
): Promise<{ readonly rows: readonly ContractView[]; readonly page: Page }> {
  const act = { name: "list contracts", parties: [request.caller.partner] };
  const rows = await ports.store.read(act, async (tx) =>
    (await tx.contracts.list(request.page)).map((file) => ({ file, state: stateOf(tx, file) })),
  );
  return { rows, page: request.page };
}

/** One of the caller's contracts. */
export function readContract(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly contract: ContractId },
): Promise<Result<ContractView, Problem>> {
  const act = { name: "read contract", parties: [request.caller.partner] };
  return ports.store.read(act, async (tx) => {
    const file = await tx.contracts.find(request.contract);
    if (file === null) return err(problem("not-found", "you are not a member of such a contract"));
    return ok({ file, state: stateOf(tx, file) });
  });
}

/** Sentences about one contract. */
export type ContractLines = { readonly id: ContractId; readonly lines: readonly string[] };
/** How figures are set; as documents have them where nothing is said. */
type Noted = { readonly notation?: Notation };
type Asked = { readonly caller: Caller; readonly contract: ContractId };

/** What signing a contract lets the others learn, line by line; of an amendment, what it changes stands first. */
export async function readPlainContract(
  ports: Pick<Ports, "store">,
  request: Asked,
): Promise<Result<ContractLines, Problem>> {
  const parties = await partiesOf(ports, request.caller, request.contract);
  return ports.store.read({ name: "read contract", parties }, async (tx) => {
    const file = await tx.contracts.find(request.contract);
    if (file === null) return err(problem("not-found", "you are not a member of such a contract"));
    const { id, contract } = file;
    const before = contract.previous === null ? null : await seenBy(tx, request.caller, contract.previous);
    const directory = await directoryOf(tx, concernedBy(file));
    const plain = plainContract(contract, directory);
    if (before === null) return ok({ id, lines: plain });
    const telling = { directory, notation: OF_DOCUMENTS };
    const says = `Compared with version ${before.contract.version}:`;
    return ok({
      id,
      lines: [says, ...linesOfChanges(contractChanges(before.contract, contract, telling), directory), ...plain],
    });
  });
}

/** Two contracts compared: what changes one by one, and the same as lines. */
export type ComparedContracts = ContractLines & {
  readonly against: ContractId;
  readonly changes: readonly ContractChange[];
};

/**
 * What one contract changes against another, for each member.
 * @param request.against  the earlier one; the version that the contract itself names when null
 */
export async function compareContracts(
  ports: Pick<Ports, "store">,
  request: Asked & Noted & { readonly against: ContractId | null },
): Promise<Result<ComparedContracts, Problem>> {
  const { caller, contract: id, against, notation = OF_DOCUMENTS } = request;
  const parties = [
    ...new Set([...(await partiesOf(ports, caller, id)), ...(await partiesOf(ports, caller, against ?? id))]),
  ];
  return ports.store.read({ name: "compare contracts", parties }, async (tx) => {
    const file = await seenBy(tx, caller, id);
    if (file === null) return err(problem("not-found", "you are not a member of such a contract"));
    const earlier = against ?? file.contract.previous;
    const before = earlier === null ? null : await seenBy(tx, caller, earlier);
    if (before === null) return err(problem("not-found", "there is no earlier version that you are a member of"));
    const directory = await directoryOf(tx, [...new Set([...concernedBy(file), ...membersOf(before.contract)])]);
    const changes = contractChanges(before.contract, file.contract, { directory, notation });
    return ok({ id, against: before.id, changes, lines: linesOfChanges(changes, directory) });
  });
}

// The transaction may act for members of another contract, so who sees one is asked of the contract.
async function seenBy(tx: Transaction, { partner }: Caller, id: string): Promise<ContractFile | null> {
  // SAFETY: an id of a contract, or the `previous` of one, which its schema holds to the pattern of an id.
  const file = await tx.contracts.find(id as ContractId);
  return file !== null && concernedBy(file).includes(partner) ? file : null;
}

/**
 * The contract with its members' signatures so far, as anybody with their keys can verify it. Those of members whom an
 * amendment leaves out stand in the contract's view and in the log: the document does not name them.
 */
export async function readContractJws(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly contract: ContractId },
): Promise<Result<Envelope, Problem>> {
  const view = await readContract(ports, request);
  if (!view.ok) return view;
  const { contract, signatures } = view.value.file;
  const members = membersOf(contract);
  const own = signatures.filter(({ partner }) => members.includes(partner));
  const entries = own.map((row) => ({ protected: row.protected, signature: row.signature }));
  return ok(envelope(utf8(canonicalJson(contract)), entries));
}
