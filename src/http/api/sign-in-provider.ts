// The provider with which a partner's people sign in.

import { putProvider, readProvider, removeProvider } from "../../app/sign-in-provider.ts";
import type { SignInProviderRow } from "../../ports/sign-in.ts";
import { newProviderSchema, providerSchema, removedProviderSchema } from "../../wire/api/sign-in-provider.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";
import { accountPath, RETURN_PATH } from "../sign-in-path.ts";

const PATH = "/v1/sign-in-provider";
const SHOWN = { says: "the provider, without its secret", schema: providerSchema };

export const SIGN_IN_ROUTES: readonly Route[] = [
  route({
    method: "put",
    path: PATH,
    tag: "people",
    summary: "Let your people sign in with accounts of your OpenID Connect provider; it is asked at once who it is",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newProviderSchema,
    replies: { 200: SHOWN },
    problems: ["partner-only", "sign-in-provider-unfit"],
    run: ({ caller, body: { issuer, clientId, clientSecret } }, ports) =>
      putProvider(ports, { caller, settings: { issuer, clientId, clientSecret: clientSecret ?? null } }),
    present: (row) => ({ status: 200, json: presentProvider(row) }),
  }),
  route({
    method: "get",
    path: PATH,
    tag: "people",
    summary: "Your OpenID Connect provider",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: SHOWN },
    problems: ["sign-in-provider-missing"],
    run: ({ caller }, ports) => readProvider(ports, caller),
    present: (row) => ({ status: 200, json: presentProvider(row) }),
  }),
  route({
    method: "delete",
    path: PATH,
    tag: "people",
    summary: "Take your provider back: accounts sign nobody in any more, and the sessions of their people end",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "whose provider it was", schema: removedProviderSchema } },
    problems: ["sign-in-provider-missing"],
    run: ({ caller }, ports) => removeProvider(ports, caller),
    present: (partner) => ({ status: 200, json: { partner } }),
  }),
];

function presentProvider({ issuer, clientId, sealedSecret, entrance }: SignInProviderRow) {
  const paths = { entrancePath: accountPath(entrance), returnPath: RETURN_PATH };
  return { issuer, clientId, hasSecret: sealedSecret !== null, ...paths };
}
