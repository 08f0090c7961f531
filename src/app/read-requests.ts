// The inbox of approvals: what waits for the caller's people, what the caller asked and others must approve, and one
// request in plain words as of now: who asks what, what it would tell, what it would cost, by which clauses.

import { type Problem, problem } from "../domain/problem.ts";
import { questionSchema } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { Page } from "../ports/rows.ts";
import { assessToExplain } from "./assess-question.ts";
import { type RequestView, requestView } from "./await-approval.ts";
import { type Explanation, explainTo } from "./explain-question.ts";
import type { Caller, Ports } from "./ports.ts";

/** A page of the requests that wait and concern the caller, newest first. */
export async function listRequests(
  ports: Pick<Ports, "store">,
  { caller, page }: { readonly caller: Caller; readonly page: Page },
): Promise<{ readonly rows: readonly RequestView[]; readonly page: Page }> {
  const { partner } = caller;
  const rows = await ports.store.read({ name: "list requests", parties: [partner] }, async (tx) =>
    (await tx.requests.listOpen(partner, page)).map((file) => requestView(tx, file, partner)),
  );
  return { rows, page };
}

/** A request with what it asks for. `explained` is null where it does not wait or its contract is not in force. */
export type ExplainedRequest = RequestView & { readonly explained: Explanation | null };

/** One request under a contract of the caller. Of what it would cost, the caller sees what its own lists bear. */
export function readRequest(
  ports: Pick<Ports, "store">,
  { caller, id }: { readonly caller: Caller; readonly id: string },
): Promise<Result<ExplainedRequest, Problem>> {
  const { partner } = caller;
  return ports.store.read({ name: "read request", parties: [partner] }, async (tx) => {
    const file = await tx.requests.find(id);
    if (file === null) return err(problem("not-found", "you have no such request"));
    const view = requestView(tx, file, partner);
    if (view.state.kind !== "waiting") return ok({ ...view, explained: null });
    const asked = questionSchema.parse(JSON.parse(file.question));
    const assessed = await assessToExplain(tx, { recipient: file.recipient, asked });
    return ok({ ...view, explained: assessed.ok ? explainTo(partner, assessed.value) : null });
  });
}
