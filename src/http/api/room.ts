// The room itself: what its operator does to its keys.

import { handOverLog } from "../../app/hand-over-log.ts";
import { rotateWrapping } from "../../app/rotate-wrapping.ts";
import { emptyBodySchema } from "../../wire/api/contract.ts";
import { handOverSchema, wrappingRotationSchema } from "../../wire/api/room.ts";
import { NOTHING, type Route, route } from "../route.ts";

export const ROOM_ROUTES: readonly Route[] = [
  route({
    method: "post",
    path: "/v1/room/wrapping-key",
    tag: "room",
    summary: "Rotate the wrapping key: the key ring is sealed under the next one; nothing else changes, nothing waits",
    audience: "operator",
    params: NOTHING,
    query: NOTHING,
    body: emptyBodySchema,
    replies: { 201: { says: "which key follows which", schema: wrappingRotationSchema } },
    problems: ["operator-only", "key-not-rotated"],
    run: ({ caller }, ports) => rotateWrapping(ports, caller),
    present: (rotation) => ({ status: 201, json: { ...rotation } }),
  }),
  route({
    method: "post",
    path: "/v1/room/log-key",
    tag: "room",
    summary: "Hand the log over to the next key: the former signs that it follows, and signs nothing more",
    audience: "operator",
    params: NOTHING,
    query: NOTHING,
    body: emptyBodySchema,
    replies: { 201: { says: "which key follows which, and the note that says so", schema: handOverSchema } },
    problems: ["operator-only", "key-not-rotated"],
    run: ({ caller }, ports) => handOverLog(ports, caller),
    present: (handOver) => ({ status: 201, json: { ...handOver } }),
  }),
];
