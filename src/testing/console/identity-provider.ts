// OpenID Connect providers for tests, on ports of their own: a whole one, which signs in whoever it is told to without
// asking, and a bent one, whose tokens say what a test wants.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { Provider } from "oidc-provider";

export type TestProvider = {
  readonly issuer: string;
  /** Who signs in next; null for somebody who turns back. */
  readonly signsIn: (account: string | null) => void;
  readonly close: () => Promise<void>;
};

export const CLIENT = { clientId: "concordat-room", clientSecret: "a secret of the room's client" };

/** A whole provider that knows rooms by the addresses to which they return. */
export async function openProvider(returnTo: readonly string[]): Promise<TestProvider> {
  const { server, issuer } = await listening();
  const state: { account: string | null } = { account: null };
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: returnTo,
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: "first" }] },
    cookies: { keys: ["cookies of a test"] },
    ttl: { Interaction: 300, Grant: 300, Session: 300, AccessToken: 300, IdToken: 300 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    loadExistingGrant: async ({ oidc }) => {
      const { clientId } = oidc.client;
      const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
  const rest = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith("/interaction/") !== true) return rest(request, response);
    const result =
      state.account === null
        ? { error: "access_denied", error_description: "turned back" }
        : { login: { accountId: state.account, remember: false } };
    return provider.interactionFinished(request, response, result);
  });
  const signsIn = (account: string | null) => {
    state.account = account;
  };
  return { issuer, signsIn, close: () => closed(server) };
}

export type BentProvider = {
  readonly issuer: string;
  /** What the next token says, signed with the provider's key or with another. */
  readonly tells: (claims: JWTPayload, signedBy?: "own" | "another") => void;
  readonly close: () => Promise<void>;
};

/** A provider that answers every code with the token that it was told. */
export async function openBentProvider(): Promise<BentProvider> {
  const { server, issuer } = await listening();
  const [own, another] = [await generateKeyPair("RS256"), await generateKeyPair("RS256")];
  const keys = [{ ...(await exportJWK(own.publicKey)), alg: "RS256", use: "sig", kid: "first" }];
  const state: { claims: JWTPayload; key: typeof own.privateKey } = { claims: {}, key: own.privateKey };
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    authorization_response_iss_parameter_supported: false,
    response_types_supported: ["code"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
  server.on("request", async (request: IncomingMessage, response: ServerResponse) => {
    const token = async () => ({
      access_token: "none",
      token_type: "Bearer",
      id_token: await new SignJWT(state.claims).setProtectedHeader({ alg: "RS256", kid: "first" }).sign(state.key),
    });
    const answers = new Map<string, () => Promise<object>>([
      ["/.well-known/openid-configuration", async () => metadata],
      ["/jwks", async () => ({ keys })],
      ["/token", token],
    ]);
    const answer = answers.get(request.url ?? "");
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify((await answer?.()) ?? {}));
  });
  const tells: BentProvider["tells"] = (claims, signedBy = "own") => {
    state.claims = claims;
    state.key = signedBy === "own" ? own.privateKey : another.privateKey;
  };
  return { issuer, tells, close: () => closed(server) };
}

async function listening(): Promise<{ readonly server: Server; readonly issuer: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the provider listens on a port");
  return { server, issuer: `http://127.0.0.1:${address.port}` };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
