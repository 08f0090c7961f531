// The typed client of a room: paths, bodies and replies by the generated types, every request signed and, where that
// is safe, repeated. What goes wrong on the way is a value.

import createClient, { type Client } from "openapi-fetch";
import { err, ok, type Result } from "../domain/result.ts";
import type { paths } from "./api-types.gen.ts";
import { PATIENCE, type Patience, patientFetch } from "./patient-fetch.ts";
import { isNetworkFailure, noAnswer, type ProblemReply, problemFrom } from "./problem-reply.ts";
import type { Send, Signing } from "./signed-fetch.ts";

/** The room's paths. An idempotency key is drawn where a caller states none. */
export type RoomPaths = {
  readonly [Path in keyof paths]: { readonly [Method in keyof paths[Path]]: Keyed<paths[Path][Method]> };
};

/** The typed methods of `openapi-fetch`: `api.GET("/v1/contracts", { params: { query: { limit: 10 } } })`. */
export type RoomApi = Client<RoomPaths>;

/** A room seen from one of its partners. */
export type RoomClient = {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string;
  /** One call through the typed methods: its data, or the problem that the room answered. */
  readonly call: <Reply>(use: (api: RoomApi) => Promise<Replied<Reply>>) => Promise<Result<Reply, ProblemReply>>;
  /** One signed request that the typed methods cannot make, such as a part of a list. Rejects when no reply comes. */
  readonly send: Send;
};

/** What the typed methods answer. */
export type Replied<Reply> =
  | { readonly data: Reply; readonly error?: never; readonly response: Response }
  | { readonly data?: never; readonly error: unknown; readonly response: Response };

/** Makes a client; nothing is sent yet. `patience` is a test's business. */
export function roomClient(room: Signing & { readonly url: string; readonly patience?: Patience }): RoomClient {
  const url = room.url.replace(/\/+$/, "");
  const send = patientFetch(room, room.patience ?? PATIENCE);
  const api: RoomApi = createClient<RoomPaths>({ baseUrl: url, fetch: send });
  return { url, send, call: (use) => settled(url, () => use(api)) };
}

type KeyHeader = { readonly "Idempotency-Key": string };
type Keyed<Operation> = Operation extends { parameters: { header: KeyHeader } }
  ? Omit<Operation, "parameters"> & {
      parameters: Omit<Operation["parameters"], "header"> & { header?: KeyHeader };
    }
  : Operation;

async function settled<Reply>(url: string, call: () => Promise<Replied<Reply>>): Promise<Result<Reply, ProblemReply>> {
  try {
    const { data, error, response } = await call();
    return response.ok && data !== undefined ? ok(data) : err(problemFrom(response.status, error));
  } catch (failure) {
    if (failure instanceof SyntaxError) return err(problemFrom(200, null));
    if (isNetworkFailure(failure)) return err(noAnswer(url, failure));
    throw failure;
  }
}
