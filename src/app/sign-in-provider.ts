// The provider with which a partner's people sign in, registered by the partner itself with a request that its key
// signs: who lets people in is the partner's own to say. The client's secret is kept under the partner's data key, so
// it opens for nobody who has the database alone, and ends with the partner's lists.

import { open, seal } from "../crypto/sealed-box.ts";
import { toBase64Url, utf8 } from "../domain/bytes.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ProviderSettings } from "../ports/identity-provider.ts";
import type { SignInProviderRow } from "../ports/sign-in.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { type MovedKeys, movedBox } from "./kept-tokens.ts";
import type { Caller, Ports } from "./ports.ts";
import { heldDataKey, unwrapDataKey } from "./receive-part.ts";

type ProviderPorts = Pick<Ports, "store" | "random" | "room" | "identity">;

/** Registers the caller's provider, once it has answered as OpenID Connect says, or changes the one that is there. */
export async function putProvider(
  ports: ProviderPorts,
  { caller, settings }: { readonly caller: Caller; readonly settings: ProviderSettings },
): Promise<Result<SignInProviderRow, Problem>> {
  const { partner } = caller;
  if (partner === OPERATOR) return err(problem("partner-only", "the operator's people sign in by links alone"));
  const checked = await ports.identity.check(settings);
  if (!checked.ok) return err(problem("sign-in-provider-unfit", `of the provider: ${checked.error.says}`));
  const { issuer, clientId, clientSecret } = settings;
  return ports.store.write({ name: "put provider", parties: [partner] }, async (tx) => {
    const before = await tx.signInProviders.find(partner);
    const entrance = before?.entrance ?? `${partner}.${toBase64Url(ports.random(32))}`;
    const dataKey = await unwrapDataKey(tx, ports.room.keyRing, partner);
    const sealedSecret = clientSecret === null ? null : seal(dataKey, utf8(clientSecret), secretLabel(partner));
    const row = { partner, issuer, clientId, sealedSecret, entrance };
    await tx.signInProviders.put(row);
    const happening = { actor: caller, parties: [partner], subject: {}, detail: { issuer, clientId } };
    await appendEntry(ports, tx, { act: "sign-in-provider-put", ...happening });
    return ok(row);
  });
}

/** The caller's provider. */
export async function readProvider(
  ports: Pick<Ports, "store">,
  { partner }: Pick<Caller, "partner">,
): Promise<Result<SignInProviderRow, Problem>> {
  const row = await ports.store.read({ name: "read provider", parties: [partner] }, (tx) =>
    tx.signInProviders.find(partner),
  );
  return row === null ? err(noProvider()) : ok(row);
}

/** Takes the caller's provider back. Accounts that came in through it are nobody's any more, and their sessions end. */
export async function removeProvider(
  ports: Pick<ProviderPorts, "store" | "random" | "room">,
  caller: Caller,
): Promise<Result<PartnerId, Problem>> {
  const { partner } = caller;
  return ports.store.write({ name: "remove provider", parties: [partner] }, async (tx) => {
    if (!(await tx.signInProviders.remove(partner))) return err(noProvider());
    const happening = { actor: caller, parties: [partner], subject: {}, detail: {} };
    await appendEntry(ports, tx, { act: "sign-in-provider-removed", ...happening });
    return ok(partner);
  });
}

/** A provider as it is spoken to, with its secret. Null where the secret's key is gone. */
export async function settingsOf(
  ports: Pick<Ports, "room">,
  tx: Transaction,
  { partner, issuer, clientId, sealedSecret }: SignInProviderRow,
): Promise<ProviderSettings | null> {
  if (sealedSecret === null) return { issuer, clientId, clientSecret: null };
  const dataKey = await heldDataKey(tx, ports.room.keyRing, partner);
  const opened = dataKey === null ? null : open(dataKey, sealedSecret, secretLabel(partner));
  return opened?.ok === true ? { issuer, clientId, clientSecret: new TextDecoder().decode(opened.value) } : null;
}

/** Moves the secret of a partner's provider from under a data key to under the one that follows it. */
export async function moveProvider(tx: Transaction, partner: PartnerId, keys: MovedKeys): Promise<void> {
  const row = await tx.signInProviders.find(partner);
  if (row === null || row.sealedSecret === null) return;
  const label = new TextDecoder().decode(secretLabel(partner));
  await tx.signInProviders.put({ ...row, sealedSecret: movedBox(keys, { label, sealed: row.sealedSecret }) });
}

/** Nobody signs in with an account of the partner's. */
export function noProvider(): Problem {
  return problem("sign-in-provider-missing", "no sign-in provider is registered here");
}

function secretLabel(partner: PartnerId): Uint8Array {
  return utf8(`concordat sign-in secret of ${partner}`);
}
