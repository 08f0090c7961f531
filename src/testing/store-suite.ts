// The laws of the store port. Every implementation passes them; what only one of them promises is tested beside it.
// One store serves all the laws, opened before the first and closed after the last.

import { afterAll, beforeAll } from "vitest";
import { OPERATOR } from "../domain/partner/manifest.ts";
import type { Store } from "../ports/store.ts";
import { actsOn } from "./store-suite/acts.ts";
import { agreementsLaws } from "./store-suite/agreements.ts";
import { answersLaws } from "./store-suite/answers.ts";
import { deletionsLaws } from "./store-suite/deletions.ts";
import { ledgerLaws } from "./store-suite/ledger.ts";
import { listsLaws } from "./store-suite/lists.ts";
import { partiesLaws } from "./store-suite/parties.ts";
import { peopleLaws } from "./store-suite/people.ts";
import { requestsLaws } from "./store-suite/requests.ts";
import { transactionsLaws } from "./store-suite/transactions.ts";
import { witnessesLaws } from "./store-suite/witnesses.ts";

type OpenedStore = { readonly store: Store; readonly close: () => Promise<void> };

/** Tests a store that is empty when it is opened. */
export function storeSuite(open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  beforeAll(async () => {
    opened = await open();
    await actsOn(opened.store, OPERATOR).write((tx) => tx.partners.add(OPERATOR, null));
  });
  afterAll(() => opened.close());

  for (const laws of [
    transactionsLaws,
    partiesLaws,
    peopleLaws,
    agreementsLaws,
    listsLaws,
    ledgerLaws,
    answersLaws,
    requestsLaws,
    deletionsLaws,
    witnessesLaws,
  ])
    laws(() => opened.store);
}
