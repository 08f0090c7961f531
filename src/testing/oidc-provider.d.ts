// What the tests use of oidc-provider, which comes without types.
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  type Grant = { readonly addOIDCScope: (scope: string) => void; readonly save: () => Promise<string> };
  type Context = {
    readonly oidc: {
      readonly provider: { readonly Grant: new (of: { clientId: string; accountId: string }) => Grant };
      readonly client: { readonly clientId: string };
      readonly session: { readonly accountId: string };
    };
  };
  type Interaction = { readonly uid: string };
  type Settings = {
    readonly clients: readonly Readonly<Record<string, unknown>>[];
    readonly jwks: { readonly keys: readonly object[] };
    readonly cookies: { readonly keys: readonly string[] };
    readonly features: Readonly<Record<string, { readonly enabled: boolean }>>;
    readonly interactions: { readonly url: (ctx: unknown, interaction: Interaction) => string };
    readonly findAccount: (ctx: unknown, id: string) => { accountId: string; claims: () => Promise<{ sub: string }> };
    readonly ttl: Readonly<Record<string, number>>;
    readonly loadExistingGrant: (ctx: Context) => Promise<Grant>;
  };
  type Provider = {
    readonly callback: () => (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    readonly interactionFinished: (
      request: IncomingMessage,
      response: ServerResponse,
      result: Readonly<Record<string, unknown>>,
    ) => Promise<void>;
  };
  const Provider: new (issuer: string, settings: Settings) => Provider;

  export { Provider };
}
