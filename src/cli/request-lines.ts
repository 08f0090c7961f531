// A request for approval for a person: who asks, who must approve, where it stands and what to do next.

import type { components } from "../client/api-types.gen.ts";
import { aligned } from "./figures.ts";
import type { Names } from "./partner-names.ts";

export type Request = components["schemas"]["ApprovalRequest"];

/** The lines of a request, of which `yours` says what it is to the reader. */
export function approvalLines(request: Request, names: Names): string[] {
  const { id, recipient, question, contract, state, events, expiresAt, yours } = request;
  const asked = `${String(question["analysis"])} for ${String(question["purpose"])}, contract ${contract.slice(0, 12)}`;
  const said = events.map(({ kind, partner, because, at }) => {
    const reason = because === undefined ? "" : `: ${because}`;
    return [kind, `by ${partner === undefined ? "the room" : names.of(partner)} at ${at}${reason}`];
  });
  const rows = [["asked", `${asked}, by ${names.of(recipient)}`], ["state", stateInWords(state, names)], ...said];
  const until = state.kind === "waiting" ? [["until", expiresAt]] : [];
  return [`request ${id}`, ...aligned([...rows, ...until], 2), ...nextLines({ id, state, yours })];
}

/** Where a request stands, in a few words. */
export function stateInWords({ kind, missing = [] }: Request["state"], names: Names): string {
  switch (kind) {
    case "waiting":
      return `waiting for ${missing.map(names.of).join(", ")}`;
    case "lapsed":
      return "lapsed: its contract has ended";
    case "refused":
      return "refused: approved, but not permitted any more when it was to be answered";
    default:
      return kind;
  }
}

function nextLines({ id, state, yours }: Pick<Request, "id" | "state" | "yours">): string[] {
  if (state.release !== undefined && yours === "asked") return [`next: \`concordat releases ${state.release}\``];
  if (state.kind !== "waiting") return [];
  if (yours === "to-decide") return [`next: \`concordat approve ${id}\` or \`concordat deny ${id} --because TEXT\``];
  return yours === "asked" ? [`next: ask again for the answer; \`concordat withdraw ${id}\` takes it back`] : [];
}
