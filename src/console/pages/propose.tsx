// Proposing a contract, or the next version of one: a form that says at once what signing would let others learn, and
// ends in the exact document, offered by the room for the company or kept as a file.

import { offerContract } from "../../app/offer-contract.ts";
import { listContracts, readContract } from "../../app/read-contracts.ts";
import { listDatasets } from "../../app/read-datasets.ts";
import { readPolicy } from "../../app/read-policies.ts";
import { type Contract, contractIdSchema } from "../../domain/contract/document.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { mayOpen } from "../access.ts";
import { readDirectory } from "../directory.ts";
import { everyRow } from "../every-row.ts";
import { contractOf, FIRST, type Follows } from "../proposal/contract-of.ts";
import { type ContractDraft, draftIn, type ListDraft, NO_LIST } from "../proposal/draft.ts";
import { draftOf, firstDraft, listOfContract, listOfSchema } from "../proposal/draft-of.ts";
import { ContractForm } from "../proposal/form.tsx";
import { fileName, fileOf, linesOfFaults, Preview } from "../proposal/preview.tsx";
import { type Shown, UNKEPT, type Visit } from "../visit.ts";
import { ProblemLines, titleOfProblem } from "./problem.tsx";

/** The form: empty but for what the company itself declared and states, or as another contract has it. */
export async function showProposal(visit: Visit): Promise<Result<Shown, Problem>> {
  const { query } = visit;
  const like = query.get("amends") ?? query.get("like");
  if (like === null) return proposalPage(visit, { draft: await freshDraft(visit), isFresh: true });
  const known = await contractNamed(visit, like);
  if (!known.ok) return known;
  return proposalPage(visit, { draft: draftOf(known.value, query.has("amends") ? like : "") });
}

/** The form as it was sent, with what it says now; or the document as a file. */
export async function postProposal(visit: Visit): Promise<Result<Shown, Problem>> {
  const { form } = visit;
  const sent = await sentDraft(visit);
  if (!sent.ok) return sent;
  const { draft, follows } = sent.value;
  if (form.get("act") !== "file") {
    const more = form.get("act") === "add-list" ? [{ ...NO_LIST, partner: visit.caller.partner }] : [];
    const lists = [...(await completedLists(visit, draft)), ...more];
    return proposalPage(visit, { draft: { ...draft, lists } });
  }
  const contract = contractOf(draft, follows);
  if (!contract.ok) return proposalPage(visit, { draft, refusal: notWhole(contract.error, draft) });
  return ok({
    kind: "pieces",
    type: "application/json",
    name: fileName(contract.value),
    pieces: fileOf(contract.value),
  });
}

/** Offers the contract to its members, on the company's behalf. */
export async function postOffer(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller } = visit;
  const sent = await sentDraft(visit);
  if (!sent.ok) return sent;
  const { draft, follows } = sent.value;
  const contract = contractOf(draft, follows);
  if (!contract.ok) return proposalPage(visit, { draft, refusal: notWhole(contract.error, draft) });
  const offered = await offerContract({ ...ports, ...UNKEPT }, { caller, contract: contract.value });
  if (!offered.ok) return proposalPage(visit, { draft, refusal: offered.error });
  return ok({ kind: "go", to: `/console/contracts/${offered.value.file.id}` });
}

type State = { readonly draft: ContractDraft; readonly refusal?: Problem; readonly isFresh?: true };

async function proposalPage(visit: Visit, state: State): Promise<Result<Shown, Problem>> {
  const { ports, caller, person, token } = visit;
  const { draft, refusal, isFresh } = state;
  const before = draft.amends === "" ? ok(null) : await contractNamed(visit, draft.amends);
  if (!before.ok) return before;
  const directory = await readDirectory(ports, caller);
  const contract = contractOf(draft, followsOf(draft, before.value));
  // Nothing is amiss with a form that nobody has filled in.
  const faults = contract.ok || isFresh === true ? [] : contract.error;
  const mayOffer = mayOpen(person.role, "POST /console/contracts/offers");
  const seen = { draft, directory, own: caller.partner };
  const main = (
    <>
      {refusal !== undefined && (
        <section class="card refusal" role="alert">
          <h2>{titleOfProblem(refusal)}</h2>
          <ProblemLines told={refusal} />
        </section>
      )}
      <div class="proposal">
        <ContractForm {...seen} faults={faults} token={token} />
        <Preview {...seen} contract={contract} before={before.value} mayOffer={mayOffer} />
      </div>
    </>
  );
  const title = before.value === null ? "Propose a contract" : `Amend “${before.value.name}”`;
  return ok({ kind: "page", title, main, ...(refusal === undefined ? {} : { refusal }) });
}

function notWhole(faults: Parameters<typeof linesOfFaults>[0], draft: ContractDraft): Problem {
  const issues = linesOfFaults(faults, draft).map(({ says }) => ({ says }));
  return problem("invalid-document", "the contract is not whole yet, or contradicts itself", { issues });
}

async function contractNamed({ ports, caller }: Visit, id: string): Promise<Result<Contract, Problem>> {
  const named = contractIdSchema.safeParse(id);
  if (!named.success) return err(problem("not-found", "no contract has such an id"));
  const view = await readContract(ports, { caller, contract: named.data });
  return view.ok ? ok(view.value.file.contract) : view;
}

// An amendment keeps the name: it is the same contract.
async function sentDraft(
  visit: Visit,
): Promise<Result<{ readonly draft: ContractDraft; readonly follows: Follows }, Problem>> {
  const draft = draftIn(visit.form);
  if (draft.amends === "") return ok({ draft, follows: FIRST });
  const before = await contractNamed(visit, draft.amends);
  if (!before.ok) return before;
  return ok({ draft: { ...draft, name: before.value.name }, follows: followsOf(draft, before.value) });
}

function followsOf({ amends }: ContractDraft, before: Contract | null): Follows {
  return before === null ? FIRST : { version: before.version + 1, previous: amends };
}

async function freshDraft(visit: Visit): Promise<ContractDraft> {
  const { ports, caller } = visit;
  const policy = await readPolicy(ports, { caller });
  const limits = policy.ok ? policy.value.policy.defaults : null;
  return firstDraft(await ownLists(visit), caller.partner, limits);
}

async function ownLists({ ports, caller }: Visit): Promise<ListDraft[]> {
  const declared = await listDatasets(ports, { caller });
  return declared.map(({ schema }) => listOfSchema(caller.partner, schema));
}

/** The lists of a draft, and for each contributor without one what is known of its lists, or a place for one. */
async function completedLists(visit: Visit, { lists, contributors }: ContractDraft): Promise<readonly ListDraft[]> {
  const missing = contributors.filter((partner) => !lists.some((list) => list.partner === partner));
  if (missing.length === 0) return lists;
  const { ports, caller } = visit;
  const contracts = await everyRow(
    (page) => listContracts(ports, { caller, page }),
    ({ file }) => file.id,
  );
  const own = missing.includes(caller.partner) ? await ownLists(visit) : [];
  const named = contracts.flatMap(({ file }) => [file.contract.datasets]);
  const found = missing.flatMap((partner): ListDraft[] => {
    if (partner === caller.partner && own.length > 0) return own;
    const known = named.find((datasets) => datasets.some((list) => list.partner === partner)) ?? [];
    const drafts = known.filter((list) => list.partner === partner).map(listOfContract);
    return drafts.length > 0 ? drafts : [{ ...NO_LIST, partner }];
  });
  return [...lists, ...found];
}
