// What the contract of the form says: in the words that its members will read, what it changes where it amends one, its
// digest, and the two ways in which it is offered. Of one that is not whole yet, what is missing and where.

import { canonicalJson } from "../../domain/canonical-json.ts";
import { type ContractChange, contractChanges } from "../../domain/contract/difference.ts";
import { type Contract, contractId } from "../../domain/contract/document.ts";
import { plainContract } from "../../domain/contract/plain.ts";
import { type Directory, listed, nameOf } from "../../domain/policy/words.ts";
import type { Result } from "../../domain/result.ts";
import { Changes } from "../pages/contract-difference.tsx";
import { PlainText } from "../pages/contracts.tsx";
import { Digest } from "../pieces.tsx";
import { useReader } from "../reader.ts";
import { sentence } from "../words.ts";
import type { ContractDraft } from "./draft.ts";
import { fieldInWords } from "./field-words.ts";
import type { Faults } from "./fields.tsx";
import { FORM_ID, FORM_PATH, OFFER_PATH } from "./form.tsx";

type Props = {
  readonly draft: ContractDraft;
  readonly contract: Result<Contract, Faults>;
  /** The version of which it takes the place. */
  readonly before: Contract | null;
  readonly directory: Directory;
  readonly own: string;
  readonly mayOffer: boolean;
};

/** The preview. */
export function Preview(props: Props) {
  const { contract } = props;
  return (
    <section id="preview" class="preview" aria-labelledby="preview-title" aria-live="polite">
      {contract.ok ? <Whole {...props} contract={contract.value} /> : <Missing {...props} faults={contract.error} />}
    </section>
  );
}

function Missing({ faults, draft }: { readonly faults: Faults; readonly draft: ContractDraft }) {
  return (
    <>
      <h2 id="preview-title">What is still missing</h2>
      <p class="note">Once all of it is there, the contract stands here in the words that its members will read.</p>
      <ul class="clauses">
        {faults.map(({ field, says }) => (
          <li>
            <a href={`#${field}`}>{fieldInWords(field, draft)}</a>
            {`: ${says.replaceAll("`", "")}`}
          </li>
        ))}
      </ul>
    </>
  );
}

type WholeProps = Omit<Props, "contract" | "draft"> & { readonly contract: Contract };

function Whole({ contract, before, directory, own, mayOffer }: WholeProps) {
  const { notation } = useReader();
  const changes: readonly ContractChange[] | null =
    before === null ? null : contractChanges(before, contract, { directory, notation });
  return (
    <>
      <h2 id="preview-title">What it says</h2>
      <Offer contract={contract} directory={directory} own={own} mayOffer={mayOffer} />
      {changes !== null && (
        <details open>
          <summary>{`What it changes against version ${contract.version - 1}`}</summary>
          <Changes changes={changes} directory={directory} />
        </details>
      )}
      <PlainText lines={plainContract(contract, directory, notation)} directory={directory} />
      <p class="receipt">
        Its identity is the digest of its canonical form: <Digest text={contractId(contract)} what="the digest" />
      </p>
    </>
  );
}

function Offer({ contract, directory, own, mayOffer }: Omit<WholeProps, "before">) {
  const others = contract.members.filter(({ partner }) => partner !== own).map(({ partner }) => partner);
  const names = listed(others.map((partner) => nameOf(directory, partner)));
  const command = `concordat contract propose ${fileName(contract)}`;
  return (
    <div class="offer">
      {mayOffer ? (
        <p>
          {`Offering it shows it to ${names}, and the log says that your company did. It binds nobody: each member, ` +
            "yours too, signs with its own key or refuses."}
        </p>
      ) : (
        <p>{`A compliance officer or an administrator offers it to ${names}; give them the file, or this draft.`}</p>
      )}
      <div class="buttons">
        {mayOffer && (
          <button id="offer" type="submit" form={FORM_ID} formaction={OFFER_PATH}>
            Offer it
          </button>
        )}
        <button id="save" type="submit" form={FORM_ID} formaction={FORM_PATH} name="act" value="file" class="quiet">
          Save it as a file
        </button>
      </div>
      <p class="under">
        Whoever holds your company's key can offer the file as well: <code>{command}</code>
      </p>
    </div>
  );
}

/** The name of a contract's file. */
export function fileName({ name, version }: Contract): string {
  return `${name}-version-${version}.json`;
}

/** The file: the canonical form (RFC 8785), whose SHA-256 is the contract's identity. */
export async function* fileOf(contract: Contract): AsyncGenerator<string> {
  yield canonicalJson(contract);
}

/** What a refused draft says, field by field. */
export function linesOfFaults(faults: Faults, draft: ContractDraft): readonly { readonly says: string }[] {
  return faults.map(({ field, says }) => ({ says: sentence(`${fieldInWords(field, draft)}: ${says}`) }));
}
