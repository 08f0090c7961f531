// Reading contracts: the caller's own alone, as documents with their state, in plain words, and as the signed JWS.

import { type Envelope, envelope } from "../crypto/contract-jws.ts";
import { utf8 } from "../domain/bytes.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { ContractId } from "../domain/contract/document.ts";
import { plainContract } from "../domain/contract/plain.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Page } from "../ports/rows.ts";
import { directoryOf } from "./assess-question.ts";
import { type ContractView, membersOf, stateOf } from "./offer-contract.ts";
import type { Caller, Ports } from "./ports.ts";
import { partiesOf } from "./sign-contract.ts";

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

/** What signing a contract lets the others learn, line by line. */
export async function readPlainContract(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly contract: ContractId },
): Promise<Result<{ readonly id: ContractId; readonly lines: readonly string[] }, Problem>> {
  const parties = await partiesOf(ports, request.caller, request.contract);
  return ports.store.read({ name: "read contract", parties }, async (tx) => {
    const file = await tx.contracts.find(request.contract);
    if (file === null) return err(problem("not-found", "you are not a member of such a contract"));
    const directory = await directoryOf(tx, membersOf(file.contract));
    return ok({ id: file.id, lines: plainContract(file.contract, directory) });
  });
}

/** The contract with the signatures it has so far, as anybody with the members' keys can verify it. */
export async function readContractJws(
  ports: Pick<Ports, "store">,
  request: { readonly caller: Caller; readonly contract: ContractId },
): Promise<Result<Envelope, Problem>> {
  const view = await readContract(ports, request);
  if (!view.ok) return view;
  const { contract, signatures } = view.value.file;
  const entries = signatures.map((row) => ({ protected: row.protected, signature: row.signature }));
  return ok(envelope(utf8(canonicalJson(contract)), entries));
}
