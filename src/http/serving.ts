// What serving a request needs, and what the server's own log and its metrics are told of it.

import type { Ports } from "../app/ports.ts";
import type { KnownKeys } from "./authenticate.ts";
import type { RateLimits } from "./rate-limits.ts";

export type Serving = {
  readonly ports: Ports;
  readonly publicOrigin: string;
  readonly knownKeys: KnownKeys;
  readonly rates: RateLimits;
};

/** What happened, for the server's own log: never a body, a header or a query. */
export type Served = {
  readonly partner: string | null;
  readonly outcome: string;
  /** What a refusal rests on, in words of a closed list. */
  readonly because?: readonly string[];
};

/** What the server writes into its own log about a request: never a body, a header or a query. */
export type RequestLine = Served & {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly millis: number;
  /** Present for a bug or a broken adapter: what the caller was told to give the operator. */
  readonly reference?: string;
  readonly failure?: string;
};

export type Logging = { readonly logRequest: (line: RequestLine) => void };
