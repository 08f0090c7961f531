// The rights of the people in a partner's lists, who act through the partner alone.

import { type Erasure, erasePeople } from "../../app/erase-people.ts";
import { isoInstant } from "../../domain/instant.ts";
import { erasureReplySchema, newErasureSchema } from "../../wire/api/subject.ts";
import { NOTHING, type Route, route } from "../route.ts";

export const SUBJECT_ROUTES: readonly Route[] = [
  route({
    method: "post",
    path: "/v1/subjects/erasures",
    tag: "subjects",
    summary: "Erase people from every version of your lists, and keep them out of all that you will upload",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newErasureSchema,
    replies: { 201: { says: "what the erasure came to, in your own lists", schema: erasureReplySchema } },
    problems: ["partner-only"],
    run: ({ caller, body }, ports) => erasePeople(ports, { caller, identifiers: body.identifiers }),
    present: (erasure) => ({ status: 201, json: presentErasure(erasure) }),
  }),
];

function presentErasure({ at, lists }: Erasure) {
  return { at: isoInstant(at), lists: lists.map((list) => ({ ...list })) };
}
