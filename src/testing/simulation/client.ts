// A partner's side of a call: sent under an idempotency key, sent again under the same one when nothing came back, and
// believed once it was acknowledged. What a room keeps of it is what `http/serve-route.ts` has it keep.

import { deserialize, serialize } from "node:v8";
import type { Keeping, Ports } from "../../app/ports.ts";
import type { PartnerId } from "../../domain/partner/manifest.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Result } from "../../domain/result.ts";
import type { Reply } from "../../ports/rows.ts";

type Outcome<Value> = Result<Value, Problem>;
type KeepingPorts<Value> = Ports & Keeping<Value>;

export type Client = {
  /** Makes one call, or gives what came back of it before. Throws when nothing came back. */
  readonly once: <Value>(
    step: string,
    work: (ports: KeepingPorts<Value>) => Promise<Outcome<Value>>,
  ) => Promise<Outcome<Value>>;
};

/** What came back of calls, by their keys. */
export type Acknowledged = Map<string, unknown>;

type Calling = { readonly partner: PartnerId; readonly act: string; readonly acknowledged: Acknowledged };

/** The calls of one act through one process. */
export function clientOf(ports: Ports, { partner, act, acknowledged }: Calling): Client {
  return {
    once: async <Value>(step: string, work: (ports: KeepingPorts<Value>) => Promise<Outcome<Value>>) => {
      const key = `${act} ${step}`;
      // SAFETY: what lies under the key of a call is what that call gave.
      if (acknowledged.has(key)) return acknowledged.get(key) as Outcome<Value>;
      const outcome = await sendOnce(ports, { partner, key }, work);
      acknowledged.set(key, outcome);
      return outcome;
    },
  };
}

/** The name of the error of a call whose first try the room still holds for running. */
export const IN_FLIGHT = "InFlight";

type Sent = { readonly partner: PartnerId; readonly key: string };

async function sendOnce<Value>(
  ports: Ports,
  { partner, key }: Sent,
  work: (ports: KeepingPorts<Value>) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const { store } = ports;
  const act = { name: "idempotency", parties: [partner] };
  const start = await store.note(act, (tx) => tx.idempotency.start(partner, key, key));
  if (start.kind === "finished") return inReply(start.reply);
  if (start.kind === "in-flight") throw Object.assign(new Error("the first try has not ended"), { name: IN_FLIGHT });
  if (start.kind === "reused") throw new Error("two calls have one key");
  const attempt = { partner, key, attempt: start.attempt };
  let isKept = false;
  const keep: Keeping<Value>["keep"] = async (tx, outcome) => {
    isKept = await tx.idempotency.finish(attempt, replyOf(outcome));
    if (!isKept) throw new Error("another attempt at the same call has taken over");
  };
  const forget = () => store.note(act, (tx) => tx.idempotency.abandon(attempt));
  const outcome = await work({ ...ports, keep }).catch(async (failure: unknown) => {
    await forget();
    throw failure;
  });
  if (!isKept) await forget();
  return outcome;
}

function replyOf(outcome: unknown): Reply {
  return { status: 200, contentType: "application/octet-stream", body: serialize(outcome).toString("base64") };
}

function inReply<Value>({ body }: Reply): Outcome<Value> {
  // SAFETY: what was kept under the key of a call is what that call gave.
  return deserialize(Buffer.from(body, "base64")) as Outcome<Value>;
}
