// What surrounds a question in its contract: who the members are, what the owners of its lists permit, how these stand.

import type { Contract } from "../domain/contract/document.ts";
import { ownerOf } from "../domain/dataset/schema.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { PolicyInForce } from "../domain/policy/weigh.ts";
import type { Directory } from "../domain/policy/words.ts";
import { datasetsOf, type Question } from "../domain/question/question.ts";
import type { Transaction } from "../ports/store.ts";
import type { Surroundings } from "./foresee-question.ts";
import { membersOf } from "./offer-contract.ts";
import { listsOf } from "./question-lists.ts";

type Asked = {
  readonly file: { readonly contract: Contract };
  readonly question: Question;
  readonly recipient: PartnerId;
  /** Begins to read what else is wanted of the owners of its lists, when the transaction acts for them. */
  readonly alsoOf?: (owners: readonly PartnerId[]) => Promise<void>;
};

/** Reads it, and has the transaction act for all members from then on. */
export async function surroundingsOf(tx: Transaction, asked: Asked): Promise<Surroundings> {
  const { file, question, recipient, alsoOf } = asked;
  const members = membersOf(file.contract);
  const owners = ownersOf(question);
  const [, directory, policies, lists] = await Promise.all([
    tx.actForAlso(members),
    directoryOf(tx, members),
    policiesOf(tx, owners),
    listsOf(tx, question, recipient),
    alsoOf?.(owners),
  ]);
  return { directory, policies, lists };
}

/** Names and industries of the members of a contract. */
export async function directoryOf(tx: Transaction, members: readonly PartnerId[]): Promise<Directory> {
  const rows = await tx.partners.named(members);
  return new Map(
    members.map((member) => {
      const manifest = rows.find(({ id }) => id === member)?.manifest ?? null;
      if (manifest === null) throw new Error("a member of a contract is not in the room");
      return [member, { name: manifest.name, industry: manifest.industry }];
    }),
  );
}

/** The owners of a question's lists, each once. */
export function ownersOf(question: Question): readonly PartnerId[] {
  return [...new Set(datasetsOf(question).map(ownerOf))];
}

async function policiesOf(tx: Transaction, owners: readonly PartnerId[]): Promise<Map<PartnerId, PolicyInForce>> {
  const rows = await tx.policies.currentOf(owners);
  const inForce = owners.flatMap((owner) => rows.find(({ partner }) => partner === owner) ?? []);
  return new Map(inForce.map(({ partner, policy, digest }) => [partner, { policy, digest }]));
}
