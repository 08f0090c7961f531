// What came of a right that was used: what a company has of a person, and what an act did to its lists.

import type { Access } from "../app/access-people.ts";
import type { Erasure } from "../app/erase-people.ts";
import { nameIn } from "../domain/dataset/schema.ts";
import { type Directory, listed, nameOf } from "../domain/policy/words.ts";
import type { Scope } from "../domain/subject/objection.ts";
import { Empty, Instant } from "./pieces.tsx";
import { setFigure } from "./reader.ts";
import { type Column, Records } from "./records.tsx";
import { plainWord } from "./words.ts";

/** Everything that the lists have of the person, and what it is used for. */
export function AccessFacts({ access, directory }: { readonly access: Access; readonly directory: Directory }) {
  const { datasets, contracts, inForce, isKeptOut } = access;
  return (
    <>
      {isKeptOut && (
        <p class="note">An identifier of the person was erased before, and is kept out of what you upload.</p>
      )}
      {datasets.length === 0 && <Empty>No version of your lists holds this person.</Empty>}
      {datasets.map((one) => (
        <HeldList held={one} />
      ))}
      {inForce.length > 0 && <p>{`The person objects: ${inForce.map(objectionInWords).join("; ")}.`}</p>}
      {contracts.length > 0 && (
        <section>
          <h2>Contracts that use these lists</h2>
          <ul class="rows">
            {contracts.map(({ id, contract, state }) => (
              <li>
                <a href={`/console/contracts/${id}`}>{plainWord(contract.name)}</a>
                {`, ${plainWord(state)}: ${listed(contract.members.map(({ partner }) => nameOf(directory, partner)))}`}
              </li>
            ))}
          </ul>
        </section>
      )}
      <HoldersNote recipients={access.recipients} directory={directory} />
    </>
  );
}

const HELD: readonly Column[] = [
  { name: "Version of" },
  { name: "Your reference", as: "heading" },
  { name: "Attributes" },
  { name: "Consents" },
];

function HeldList({ held: { dataset, versions } }: { readonly held: Access["datasets"][number] }) {
  const name = plainWord(nameIn(dataset));
  const rows = versions.flatMap((version) => version.rows.map((row) => ({ version, row })));
  return (
    <section>
      <h2>{`List “${name}”`}</h2>
      <Records
        label={`Rows of the list ${name}`}
        columns={HELD}
        rows={rows.map(({ version, row }) => [
          <>
            <Instant at={version.version.sealedAt} />
            {version.isInForce && ", in force"}
          </>,
          row.record,
          pairs({ ...row.attributes, ...row.measures }),
          row.consents.map(plainWord).join(", "),
        ])}
      />
    </section>
  );
}

function pairs(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${plainWord(name)} ${value}`)
    .join(", ");
}

/** List by list, how many people and versions an act concerned. */
export function CountTable({ lists, says }: { readonly lists: Erasure["lists"]; readonly says: string }) {
  return (
    <Records
      label="Your lists"
      columns={[
        { name: "List", as: "heading" },
        { name: `People ${says.replace(/^people /, "")}`, as: "number" },
        { name: "Versions that held any", as: "number" },
      ]}
      rows={lists.map(({ dataset, people, versions }) => [
        plainWord(dataset.slice(dataset.indexOf("/") + 1)),
        setFigure(people),
        setFigure(versions),
      ])}
    />
  );
}

type Holders = { readonly recipients: Erasure["recipients"]; readonly directory: Directory };

/** Who holds lists made with the company's. Whether one named this person is told to its holder alone. */
export function HoldersNote({ recipients, directory }: Holders) {
  if (recipients.length === 0) return <p class="note">Nobody holds a list that was made with yours.</p>;
  const names = listed(recipients.map(({ recipient }) => nameOf(directory, recipient)));
  return (
    <p class="note">
      {`${names} collected lists made with yours. `}
      Whoever is concerned finds a notice here; whether anybody is, and has acted on it, is told to nobody else, since
      it would tell whom they have as a customer.
    </p>
  );
}

/** What an objection is to, in words. */
export function objectionInWords(scope: Scope): string {
  if ("consent" in scope) return `no consent “${scope.consent}”`;
  const { purpose, channel } = scope;
  const parts = [purpose === undefined ? "" : `to ${purpose}`, channel === undefined ? "" : `through ${channel}`];
  const said = parts.filter((part) => part !== "").join(" ");
  return said === "" ? "to everything" : said;
}
