// Partners' policies in all their versions, the highest in force, with those that wait and the signatures of all.
// Private to their partner; a question's transaction acts for every owner and sees theirs.

import { canonicalJson } from "../domain/canonical-json.ts";
import type { PartnerId } from "../domain/partner/manifest.ts";
import type { Page, PolicyRow, PolicySignatureRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { askedTexts } from "./asked-rows.ts";
import type { DocumentReaders } from "./documents.ts";
import type { Statements } from "./pool.ts";

type Row = Omit<PolicyRow, "policy"> & { readonly document: string };

export function policies(tx: Statements, read: DocumentReaders): Transaction["policies"] {
  const columns = tx`partner, version, digest, document, concordat.millis(put_at) as "putAt"`;
  const currentOf = async (partners: readonly PartnerId[]) => {
    const rows = await tx<Row[]>`
      select newest.* from ${askedTexts(tx, partners)} as asked (text), lateral (
        select ${columns} from concordat.policy
        where policy.partner = asked.text order by version desc limit 1) newest`;
    return rows.map((row) => toPolicy(row, read));
  };
  return {
    currentOf,
    current: async (partner) => (await currentOf([partner]))[0] ?? null,
    list: async (partner, page) => {
      const rows = await tx<Row[]>`
        select ${columns} from concordat.policy where partner = ${partner} and ${isOfPage(tx, partner, page)}
        order by version desc limit ${page?.limit ?? null}`;
      return rows.map((row) => toPolicy(row, read));
    },
    put: async (policy, digest) => {
      await tx`
        insert into concordat.policy (partner, version, digest, document)
        values (${policy.partner}, ${policy.version}, ${digest}, ${canonicalJson(policy)})`;
    },
    wait: async (policy, digest) => {
      await tx`
        insert into concordat.policy_waiting (partner, version, digest, document)
        values (${policy.partner}, ${policy.version}, ${digest}, ${canonicalJson(policy)})
        on conflict (partner, digest) do nothing`;
    },
    waiting: async (partner) => {
      const rows = await tx<Row[]>`
        select ${columns} from concordat.policy_waiting waiting where partner = ${partner}
          and version = 1 + (
            select coalesce(max(version), 0) from concordat.policy current where current.partner = waiting.partner)
        order by put_at, digest`;
      return rows.map((row) => toPolicy(row, read));
    },
    sign: async (partner, { digest, thumbprint, protected: header, signature }) => {
      await tx`
        insert into concordat.policy_signature (partner, digest, thumbprint, protected, signature)
        values (${partner}, ${digest}, ${thumbprint}, ${header}, ${signature})
        on conflict (partner, digest, thumbprint) do nothing`;
    },
    signatures: (partner) => tx<PolicySignatureRow[]>`
      select digest, thumbprint, protected, signature, concordat.millis(signed_at) as at
      from concordat.policy_signature where partner = ${partner} order by signed_at, thumbprint`,
  };
}

function isOfPage(tx: Statements, partner: PartnerId, page: Page | undefined) {
  const after = page?.after ?? null;
  return tx`(${after}::text is null or version < (
    select last.version from concordat.policy last where last.partner = ${partner} and last.version::text = ${after}))`;
}

// A policy that was put is logged by its digest, so a document edited in its row is another one's.
function toPolicy({ document: text, ...row }: Row, read: DocumentReaders): PolicyRow {
  const { document: policy, digest } = read.policy(text);
  if (digest !== row.digest) throw new Error("a policy's row was edited: its document has another digest");
  return { ...row, policy };
}
