// What a route is: its place, who may call it, the shapes of what comes in and goes out, and the use case behind it.
// One definition is the validator, the OpenAPI operation and the type of the client at once.

import { z } from "zod";
import type { Caller, Keeping, Ports } from "../app/ports.ts";
import type { IncomingPart } from "../app/receive-part.ts";
import type { PublicKey } from "../crypto/jwk.ts";
import type { Json } from "../domain/canonical-json.ts";
import { type Problem, type ProblemKind, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Transaction } from "../ports/store.ts";

/** Who may call: any enrolled partner (the operator among them), the operator alone, or a key on its way in. */
type Audience = "partner" | "operator" | "key-holder";

/** Who signed. `presented` is the signing key where it is not registered yet. */
export type Signer = { readonly caller: Caller; readonly presented: PublicKey | null };

export type Call<Params, Query, Body> = Signer & {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The bytes of an upload's part; null for every other route. */
  readonly stream: IncomingPart | null;
};

/** What leaves: JSON that the reply's schema describes, bytes that never change, or text as it is made. */
export type Presented =
  | { readonly status: number; readonly json: Json }
  | { readonly status: number; readonly contentType: string; readonly immutable: Uint8Array }
  | { readonly status: number; readonly contentType: string; readonly text: AsyncIterable<string> };

export type ReplyShape = { readonly says: string; readonly schema?: z.ZodType; readonly contentType?: string };

type Place = {
  readonly method: "get" | "post" | "put" | "delete";
  /** OpenAPI form: `/v1/contracts/{contract}/signatures`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly audience: Audience;
  /** An upload's part comes as a stream of bytes and not as JSON. */
  readonly takesStream?: true;
  /** The last parameter of the path is the rest of it, slashes and all. */
  readonly isDeep?: true;
  /**
   * A POST that changes nothing that the log records, and is served while nothing else may be written. It keeps no
   * outcome, so its idempotency key is asked for and not remembered.
   */
  readonly readsOnly?: true;
  /** Replies leave on the tick of the clock, so that the time spent on noise does not show. */
  readonly onTick?: true;
  readonly replies: { readonly [status: number]: ReplyShape };
  readonly problems: readonly ProblemKind[];
};

type Shapes<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> = {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
};

/** A route as written in `api/`. A POST's outcome is kept under its idempotency key; others repeat harmlessly. */
export type Definition<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType, Value> = Place &
  Shapes<Params, Query, Body> & {
    readonly run: (
      call: Call<z.output<Params>, z.output<Query>, z.output<Body>>,
      ports: Ports & Keeping<unknown>,
    ) => Promise<Result<Value, Problem>>;
    readonly present: (value: Value) => Presented;
  };

/** The parts of a request, not yet parsed. */
export type RawCall = Call<unknown, unknown, unknown>;

/** Keeps an outcome as it will leave, inside the transaction of its effect. */
export type Keep = (tx: Transaction, outcome: Result<Presented, Problem>) => Promise<void>;

/** A definition with its types closed over: what the server mounts and the OpenAPI document lists. */
export type Route = Place &
  Shapes<z.ZodType, z.ZodType, z.ZodType> & {
    readonly answer: (call: RawCall, ports: Ports, keep: Keep) => Promise<Result<Presented, Problem>>;
  };

/** Where a route's calls go, parameters named as groups. */
export function patternOf({ path, isDeep }: Pick<Place, "path" | "isDeep">): RegExp {
  const plain = path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${isDeep === true ? plain.replace(/\[\^\/\]\+$/, ".+") : plain}$`);
}

/** Nothing is taken here. */
export const NOTHING = z.strictObject({});
/** No body is taken. */
export const NO_BODY = z.undefined();

/** Closes a definition over its types: parse what comes in, run the use case, present what comes out. */
export function route<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType, Value>(
  definition: Definition<Params, Query, Body, Value>,
): Route {
  const { run, present, ...place } = definition;
  const presented = (outcome: Result<Value, Problem>): Result<Presented, Problem> =>
    outcome.ok ? ok(present(outcome.value)) : outcome;
  return {
    ...place,
    answer: async (call, ports, keep) => {
      const params = parsed(definition.params, call.params, "invalid-parameter");
      const query = parsed(definition.query, call.query, "invalid-parameter");
      const body = parsed(definition.body, call.body, "invalid-document");
      if (!params.ok) return params;
      if (!query.ok) return query;
      if (!body.ok) return body;
      const given = { ...call, params: params.value, query: query.value, body: body.value };
      const keeping: Keeping<unknown> = {
        // SAFETY: what a use case keeps is what it returns, by the type of its own ports.
        keep: (tx, outcome) => keep(tx, presented(outcome as Result<Value, Problem>)),
      };
      return presented(await run(given, { ...ports, ...keeping }));
    },
  };
}

function parsed<Shape extends z.ZodType>(
  shape: Shape,
  value: unknown,
  kind: "invalid-parameter" | "invalid-document",
): Result<z.output<Shape>, Problem> {
  const outcome = shape.safeParse(value);
  if (outcome.success) return ok(outcome.data);
  const issues = outcome.error.issues.map(({ path, message }) => ({ path: pointerOf(path), says: message }));
  const [first] = issues;
  const detail = first === undefined ? "the request does not fit" : `${placeOf(first.path, kind)}: ${first.says}`;
  return err(problem(kind, detail, { issues }));
}

// The pointer of the whole is empty, which reads as a slip.
function placeOf(pointer: string, kind: "invalid-parameter" | "invalid-document"): string {
  if (pointer !== "") return `\`${pointer}\``;
  return kind === "invalid-document" ? "the document as a whole" : "the parameters together";
}

/** JSON pointer (RFC 6901) of a place in a document. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
