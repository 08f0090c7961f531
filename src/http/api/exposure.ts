// Exposure: what a partner could ever learn about the caller.

import { type ExposureView, readExposure } from "../../app/read-exposure.ts";
import { statedMode } from "../../domain/policy/terms.ts";
import { exposureQuerySchema, exposureSchema } from "../../wire/api/exposure.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";

export const EXPOSURE_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/exposure",
    tag: "policy",
    summary: "Everything that a partner could ever learn about you, each with the clause that permits it",
    audience: "partner",
    params: NOTHING,
    query: exposureQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "what it could learn at the most", schema: exposureSchema } },
    problems: ["not-found", "policy-missing", "policy-too-large"],
    run: ({ caller, query }, ports) => readExposure(ports, { caller, to: query.to }),
    present: (view) => ({ status: 200, json: presentExposure(view) }),
  }),
];

function presentExposure({ to, on, contracts, items, lines }: ExposureView) {
  return {
    to,
    on,
    contracts: contracts.map((contract) => ({ ...contract })),
    items: items.map(({ uses, terms, clauses, ...item }) => ({
      ...item,
      clauses: { ...clauses },
      k: terms.k,
      mode: statedMode(terms),
      consents: [...new Set(Object.values(terms.consents).flat())],
      uses: uses.map(({ attribute, use, limits: { aggregates, groupings, k, clamp } }) => ({
        attribute,
        use,
        aggregates: aggregates === null ? null : [...aggregates],
        groupings: groupings === null ? null : [...groupings],
        k: Math.max(terms.k, k),
        clamp: clamp === null ? null : { ...clamp },
      })),
    })),
    lines: [...lines],
  };
}
