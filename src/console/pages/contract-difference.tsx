// Two versions of a contract side by side: what more or less may be learned about each member's customers.

import type { ContractView } from "../../app/offer-contract.ts";
import { type ComparedContracts, compareContracts, listContracts, readContract } from "../../app/read-contracts.ts";
import type { ContractChange } from "../../domain/contract/difference.ts";
import { type ContractId, contractIdSchema } from "../../domain/contract/document.ts";
import { type Directory, nameOf, possessive } from "../../domain/policy/words.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { readDirectory } from "../directory.ts";
import { everyRow } from "../every-row.ts";
import { Empty } from "../pieces.tsx";
import { shownDates } from "../reader.ts";
import type { Shown, Visit } from "../visit.ts";
import { plainWord, sentence } from "../words.ts";

/** What a contract changes against another version of it: the one that the address names, or the one before. */
export async function showContractDifference(visit: Visit): Promise<Result<Shown, Problem>> {
  const { ports, caller, params, query } = visit;
  const id = contractIdSchema.safeParse(params["contract"]);
  const against = contractIdSchema.nullable().safeParse(query.get("against"));
  if (!id.success || !against.success) return err(problem("not-found", "no contract has such an id"));
  const contract = id.data;
  const view = await readContract(ports, { caller, contract });
  if (!view.ok) return view;
  const versions = (await versionsOf(visit, view.value)).filter(({ file }) => file.id !== contract);
  const title = `${sentence(plainWord(view.value.file.contract.name)).replace(/\.$/, "")}, what version`;
  const named = `${title} ${view.value.file.contract.version} changes`;
  const [newest] = versions;
  if (newest === undefined) return ok({ kind: "page", title: named, main: <Alone contract={contract} /> });
  const other = against.data ?? versions.find((one) => one.file.id === view.value.file.contract.previous)?.file.id;
  const compared = await compareContracts(ports, {
    ...{ caller, contract, against: other ?? newest.file.id },
    notation: visit.reader.notation,
  });
  if (!compared.ok) return compared;
  const directory = await readDirectory(ports, caller);
  const main = (
    <>
      <Versions versions={versions} contract={contract} chosen={compared.value.against} />
      <Changes changes={compared.value.changes} directory={directory} />
    </>
  );
  return ok({ kind: "page", title: named, main });
}

/** The versions of a contract that the partner sees, the newest first: all that amend one and the same first one. */
async function versionsOf({ ports, caller }: Visit, view: ContractView): Promise<readonly ContractView[]> {
  const all = await everyRow(
    (page) => listContracts(ports, { caller, page }),
    ({ file }) => file.id,
  );
  const byId = new Map<string, ContractView>(all.map((one) => [one.file.id, one]));
  const first = firstOf(byId, view);
  return all
    .filter((one) => firstOf(byId, one) === first)
    .sort((left, right) => right.file.contract.version - left.file.contract.version);
}

// A chain of digests has no circle: a contract's id is made of the one before.
function firstOf(byId: ReadonlyMap<string, ContractView>, view: ContractView): string {
  const { id, contract } = view.file;
  const before = contract.previous === null ? undefined : byId.get(contract.previous);
  return before === undefined ? (contract.previous ?? id) : firstOf(byId, before);
}

function Alone({ contract }: { readonly contract: ContractId }) {
  return (
    <Empty>
      There is no other version of <a href={`/console/contracts/${contract}`}>this contract</a> to compare it with. Once
      a member amends it (<code>concordat contract amend</code>), what changes stands here before anybody signs.
    </Empty>
  );
}

type VersionsProps = {
  readonly versions: readonly ContractView[];
  readonly contract: ContractId;
  readonly chosen: ContractId;
};

function Versions({ versions, contract, chosen }: VersionsProps) {
  return (
    <nav aria-label="Compared with">
      <p>
        <a href={`/console/contracts/${contract}`}>The whole text</a>, or compared with{" "}
        {versions.map(({ file }, index) => (
          <>
            {index > 0 && ", "}
            <a
              href={`/console/contracts/${contract}/difference?against=${file.id}`}
              aria-current={file.id === chosen ? "true" : undefined}
            >
              {`version ${file.contract.version}`}
            </a>
          </>
        ))}
      </p>
    </nav>
  );
}

type ChangesProps = { readonly changes: ComparedContracts["changes"]; readonly directory: Directory };

/** What changes, member by member. */
export function Changes({ changes, directory }: ChangesProps) {
  const members = [...new Set(changes.flatMap(({ about }) => (about === null ? [] : [about])))];
  const whole = changes.filter(({ about }) => about === null);
  return (
    <div class="prose">
      {members.map((member) => (
        <section>
          <h2>{`About ${possessive(nameOf(directory, member))} customers`}</h2>
          <ChangeList changes={changes.filter(({ about }) => about === member)} />
        </section>
      ))}
      {whole.length > 0 && (
        <section>
          <h2>About the customers of all</h2>
          <ChangeList changes={whole} />
        </section>
      )}
    </div>
  );
}

const PERMITS = {
  more: "More may be learned",
  less: "Less may be learned",
  neither: null,
} as const satisfies { readonly [permits in ContractChange["permits"]]: string | null };

function ChangeList({ changes }: { readonly changes: readonly ContractChange[] }) {
  return (
    <>
      {(["neither", "more", "less"] as const).map((permits) => {
        const told = changes.filter((one) => one.permits === permits);
        const heading = PERMITS[permits];
        if (heading === null) return told.map(({ says }) => <p>{sentence(shownDates(says))}</p>);
        if (told.length === 0) return null;
        return (
          <>
            <h3 class={`change ${permits}`}>{heading}</h3>
            <ul class="clauses">
              {told.map(({ says }) => (
                <li>{sentence(shownDates(says))}</li>
              ))}
            </ul>
          </>
        );
      })}
    </>
  );
}
