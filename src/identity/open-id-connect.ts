// Signing in with OpenID Connect (Core 1.0): authorization code flow with PKCE (RFC 7636), `state`, `nonce` and, where
// the provider sends it, `iss` (RFC 9207). The signature of every ID token is verified, on top of the connection's own.

import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  ResponseBodyError,
} from "openid-client";
import { LIMITS } from "../domain/limits.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { IdentityProvider, ProviderFailure, ProviderSettings, SignInTies } from "../ports/identity-provider.ts";
import { boundedFetch, PLACE_REFUSED } from "./bounded-fetch.ts";

/**
 * Providers that speak OpenID Connect.
 * @param reachable hosts that may lie at addresses which only the room's own network reaches, and be spoken to without
 *   TLS on this machine; every other one is on the open network, with TLS
 */
export function openIdConnect(reachable: readonly string[]): IdentityProvider {
  const meet = (settings: ProviderSettings) => attempted(() => configurationOf(settings, reachable));
  return {
    check: async (settings) => {
      const met = await meet(settings);
      return met.ok ? ok(null) : met;
    },
    begin: async (settings, { ties, returnTo }) => {
      const met = await meet(settings);
      if (!met.ok) return met;
      const url = buildAuthorizationUrl(met.value, {
        redirect_uri: returnTo,
        scope: "openid",
        code_challenge: await calculatePKCECodeChallenge(ties.verifier),
        code_challenge_method: "S256",
        state: ties.state,
        nonce: ties.nonce,
      });
      return ok(url.href);
    },
    finish: async (settings, { ties, url }) => {
      const met = await meet(settings);
      return met.ok ? attempted(() => subjectOf(met.value, new URL(url), ties)) : met;
    },
  };
}

async function configurationOf(
  { issuer, clientId, clientSecret }: ProviderSettings,
  reachable: readonly string[],
): Promise<Configuration> {
  const fetching = boundedFetch(reachable);
  const configuration = await discovery(new URL(issuer), clientId, {}, None(), {
    [customFetch]: fetching,
    timeout: LIMITS.providerSeconds,
    // The fetch above lets http pass to named hosts of this machine alone.
    execute: [allowInsecureRequests],
  });
  const metadata = configuration.serverMetadata();
  if (metadata.issuer !== issuer) throw misnamed("it names itself otherwise than the issuer that was registered");
  if (metadata.authorization_endpoint === undefined || metadata.jwks_uri === undefined) {
    throw misnamed("it does not say where to sign in, or which keys it has");
  }
  const methods = metadata.token_endpoint_auth_methods_supported;
  return withSecret({ issuer, clientId, clientSecret }, { metadata, methods, fetching });
}

type Met = {
  readonly metadata: ReturnType<Configuration["serverMetadata"]>;
  readonly methods: readonly string[] | undefined;
  readonly fetching: ReturnType<typeof boundedFetch>;
};

// A provider that says nothing takes the secret in the header (OpenID Connect Discovery 1.0 §3).
function withSecret({ clientId, clientSecret }: ProviderSettings, { metadata, methods, fetching }: Met): Configuration {
  const configured = new Configuration(metadata, clientId, {}, authOf(clientSecret, methods));
  configured[customFetch] = fetching;
  configured.timeout = LIMITS.providerSeconds;
  allowInsecureRequests(configured);
  enableNonRepudiationChecks(configured);
  return configured;
}

function authOf(clientSecret: string | null, methods: readonly string[] | undefined): ClientAuth {
  if (clientSecret === null) return None();
  const isPosted = methods?.includes("client_secret_basic") === false && methods.includes("client_secret_post");
  return isPosted ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret);
}

async function subjectOf(configuration: Configuration, url: URL, ties: SignInTies): Promise<string> {
  const tokens = await authorizationCodeGrant(configuration, url, {
    pkceCodeVerifier: ties.verifier,
    expectedState: ties.state,
    expectedNonce: ties.nonce,
    idTokenExpected: true,
  });
  const subject = tokens.claims()?.sub;
  if (subject === undefined) throw misnamed("its token names nobody");
  return subject;
}

const MISNAMED = "ProviderMisnamed";

function misnamed(says: string): Error {
  return Object.assign(new Error(says), { name: MISNAMED });
}

function attempted<Value>(work: () => Promise<Value>): Promise<Result<Value, ProviderFailure>> {
  return work().then(
    (value) => ok(value),
    (failure: unknown) => err(failureOf(failure)),
  );
}

// What a provider writes reaches people as one of its closed words, or not at all (RFC 6749 §4.1.2.1, §5.2).
function failureOf(failure: unknown): ProviderFailure {
  if (failure instanceof Error && failure.name === MISNAMED) return { kind: "failed", says: failure.message };
  if (failure instanceof AuthorizationResponseError || failure instanceof ResponseBodyError) {
    const word = /^[a-z_]{1,60}$/.test(failure.error) ? ` (\`${failure.error}\`)` : "";
    return { kind: "refused", says: `the provider refused the sign-in${word}` };
  }
  if (failure instanceof ClientError) return clientFailure(failure);
  throw failure;
}

function clientFailure(failure: ClientError): ProviderFailure {
  const place = causesOf(failure).find((cause) => cause.name === PLACE_REFUSED);
  if (place !== undefined) return { kind: "failed", says: place.message };
  const says = REFUSALS.get(`${failure.code ?? ""} ${claimIn(failure)}`) ?? REFUSALS.get(failure.code ?? "");
  if (says !== undefined) return { kind: "refused", says };
  return { kind: "failed", says: "it cannot be reached, or what it answers is not OpenID Connect" };
}

const COMPARISON = "OAUTH_JWT_CLAIM_COMPARISON_FAILED";
const REFUSALS: ReadonlyMap<string, string> = new Map([
  [`${COMPARISON} iss`, "the token that came back is another provider's"],
  [`${COMPARISON} aud`, "the token that came back was made for somebody other than this room"],
  [`${COMPARISON} azp`, "the token that came back was made for somebody other than this room"],
  [`${COMPARISON} nonce`, "the token that came back belongs to another sign-in"],
  ["OAUTH_JWT_TIMESTAMP_CHECK_FAILED", "the token that came back is out of date, or not valid yet"],
  ["OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED", "the provider names itself otherwise than the one that was registered"],
  ["OAUTH_KEY_SELECTION_FAILED", "the token that came back is signed with a key that the provider does not have"],
  ["OAUTH_INVALID_RESPONSE", "the answer that came back is not one to this sign-in, or not signed by the provider"],
]);

function causesOf(failure: unknown): Error[] {
  const found: Error[] = [];
  for (let one = failure; one instanceof Error && found.length < 6; one = one.cause) found.push(one);
  return found;
}

// The library keeps the claim that did not fit in the cause of a cause.
function claimIn(failure: ClientError): string {
  for (let one: unknown = failure; typeof one === "object" && one !== null; one = "cause" in one ? one.cause : null) {
    if ("claim" in one && typeof one.claim === "string") return one.claim;
  }
  return "";
}
