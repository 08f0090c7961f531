// One visit to a page: who is there, what was asked for, and what a page may answer.

import type { Child } from "hono/jsx";
import type { PersonCaller, Ports } from "../app/ports.ts";
import type { IncomingPart } from "../app/receive-part.ts";
import type { Json } from "../domain/canonical-json.ts";
import type { Reader } from "../domain/languages.ts";
import type { Problem } from "../domain/problem.ts";
import type { Result } from "../domain/result.ts";
import type { PersonRow } from "../ports/rows.ts";
import type { ScriptName } from "./assets.ts";

/** Somebody in a session. */
export type Visitor = {
  readonly caller: PersonCaller;
  readonly person: PersonRow;
  /** The name of the partner for which the person acts. */
  readonly company: string;
  /** What forms of this session carry. */
  readonly token: string;
  /** The cookie's value. Secret. */
  readonly cookie: string;
  /** How figures and dates are set for them. */
  readonly reader: Reader;
};

export type Visit = Visitor & {
  readonly ports: Ports;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The fields of the form that was sent; none for a GET. */
  readonly form: URLSearchParams;
  /** What was sent as a part of a list; null for anything else. */
  readonly part: IncomingPart | null;
  /** The room's address. */
  readonly origin: string;
};

/** What a page answers: a document of the console, pieces of a file as they are made, or where to go next. */
export type Shown =
  | {
      readonly kind: "page";
      readonly title: string;
      readonly main: Child;
      readonly act?: Child;
      /** What this page loads besides. */
      readonly script?: ScriptName;
      /** What was refused, where the page shows it in its place; its status is the page's. */
      readonly refusal?: Problem;
    }
  | {
      readonly kind: "pieces";
      readonly type: string;
      readonly pieces: AsyncIterable<string | Uint8Array>;
      /** Under which name a browser keeps it; absent where a script reads it. */
      readonly name?: string;
    }
  | { readonly kind: "json"; readonly json: Json }
  | { readonly kind: "go"; readonly to: string; readonly isSignedOut?: true };

/** What acts from a page remember for a retry: nothing, since a form that is sent again is another act. */
export const UNKEPT = { keep: async () => undefined } as const;

export type Show = (visit: Visit) => Promise<Result<Shown, Problem>>;
