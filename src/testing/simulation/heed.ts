// Takes an entry of the log into what is true, by the act that it tells of, and says which promise it breaks.

import { heedAnswer, heedCollection } from "./heed-answers.ts";
import {
  dropGiven,
  dropVersions,
  endSooner,
  heedDeletion,
  heedErasure,
  heedObjection,
  heedUpload,
  namesOfVersions,
} from "./heed-lists.ts";
import { type Entry, itemsIn, type Truth, textIn, under } from "./truth.ts";

/** Sentences, one for each promise that the entry breaks. */
export function heed(truth: Truth, entry: Entry): string[] {
  const actor = "partner" in entry.actor ? entry.actor.partner : "room";
  const counted = `${actor} ${entry.act}`;
  truth.counts.set(counted, under(truth.counts, counted, () => 0) + 1);
  switch (entry.act) {
    case "upload-committed":
      return heedUpload(truth, entry);
    case "people-erased":
      return heedErasure(truth, entry, actor);
    case "people-objected":
    case "objection-lifted":
    case "consent-withdrawn":
    case "consent-restored":
      return heedObjection(truth, actor);
    case "version-ended":
      return dropVersions(truth, [textIn(entry.subject, "version")]);
    case "data-deleted":
      return heedDeletion(truth, entry);
    case "data-key-destroyed":
      return dropVersions(truth, itemsIn(entry.detail, "lists").flatMap(namesOfVersions));
    case "policy-put":
      return heedPolicy(truth, entry, actor);
    case "contract-suspended":
    case "contract-resumed":
    case "contract-terminated":
      return heedContract(truth, entry, actor);
    case "approval-requested":
      truth.approved.delete(textIn(entry.subject, "questionDigest"));
      return [];
    case "approval-given":
      under(truth.approved, textIn(entry.subject, "questionDigest"), () => new Set()).add(actor);
      return [];
    case "question-permitted":
    case "question-withheld":
      return heedAnswer(truth, entry);
    case "release-collected":
      return heedCollection(truth, entry);
    default:
      return [];
  }
}

function heedPolicy(truth: Truth, entry: Entry, actor: string): string[] {
  const policy = truth.policies.get(textIn(entry.subject, "policyDigest"));
  if (policy === undefined) return ["4: a policy is in force that nobody put"];
  truth.inForce.set(actor, policy);
  endSooner(truth, actor);
  return [];
}

function heedContract(truth: Truth, entry: Entry, actor: string): string[] {
  const contract = textIn(entry.subject, "contract");
  const holders = under(truth.suspended, contract, () => new Set());
  if (entry.act === "contract-suspended") holders.add(actor);
  if (entry.act === "contract-resumed") holders.delete(actor);
  if (entry.act !== "contract-terminated") return [];
  truth.ended.add(contract);
  return dropGiven(truth, contract);
}
