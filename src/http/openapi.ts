// The OpenAPI 3.1 document of the routes, made from the very schemas that validate them. JSON Schema 2020-12 is what
// OpenAPI 3.1 speaks and what zod prints, so nothing stands in between.

import { z } from "zod";
import type { Json } from "../domain/canonical-json.ts";
import { PROBLEMS, type ProblemKind } from "../domain/problem.ts";
import { problemSchema } from "../wire/api/shared.ts";
import { NO_BODY, type ReplyShape, type Route } from "./route.ts";

type Members = { readonly [name: string]: Json };

/** Describes routes. Named schemas stand once, under `components`. O(routes). */
export function openApiDocument(routes: readonly Route[]): Members {
  const components = new Map<string, Json>();
  const paths = new Map<string, Map<string, Json>>();
  for (const route of routes) {
    const operations = paths.get(route.path) ?? new Map<string, Json>();
    operations.set(route.method, operationOf(route, components));
    paths.set(route.path, operations);
  }
  schemaOf(problemSchema, "output", components);
  return {
    openapi: "3.1.0",
    info: {
      title: "Concordat",
      version: "1",
      description: ABOUT,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ signature: [] }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths: Object.fromEntries([...paths].map(([path, operations]) => [path, Object.fromEntries(operations)])),
    components: {
      headers: HEADERS,
      securitySchemes: { signature: { type: "http", scheme: "signature", description: SIGNING } },
      schemas: Object.fromEntries(components),
    },
  };
}

const ABOUT =
  "A data clean room. Every request is signed; every list is paged by cursor; every POST takes an Idempotency-Key, " +
  "kept 30 days. Every reply says what is left of the asker's quotas, and bears the name of its request, which a " +
  "client may give as an `X-Request-Id` (a UUID of version 7 made within a day) or as the trace of a `traceparent`.";
const SIGNING =
  'HTTP Message Signatures (RFC 9421) with tag="concordat" over "@method" "@target-uri" and, where present, ' +
  '"content-digest" "content-type" "idempotency-key"; created, expires (at most 300 s later), nonce (128 bits or ' +
  "more), keyid (RFC 7638).";

function operationOf(route: Route, components: Map<string, Json>): Json {
  const parameters = [
    ...parametersOf(route.params, "path", components),
    ...parametersOf(route.query, "query", components),
    ...(route.method === "post" ? [IDEMPOTENCY_KEY] : []),
    REQUEST_ID,
  ];
  const body = bodyOf(route, components);
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    parameters,
    ...(body === null ? {} : { requestBody: body }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.replies).map(([status, reply]) => [status, replyOf(reply, components)]),
      ),
      ...problemReplies([...commonProblems(route), ...route.problems]),
    },
  };
}

const IDEMPOTENCY_KEY: Json = {
  name: "Idempotency-Key",
  in: "header",
  required: true,
  schema: { type: "string", minLength: 8, maxLength: 128 },
};

const REQUEST_ID: Json = {
  name: "X-Request-Id",
  in: "header",
  required: false,
  description: "a name for this request: a UUID of version 7; any other is not taken, and the room makes one",
  schema: { type: "string", format: "uuid" },
};

// What each reply bears, as components that replies name.
const HEADERS: Members = {
  RateLimit: {
    description: "what is left of each quota (`r`), and in how many seconds it is whole again (`t`)",
    schema: { type: "string" },
    example: '"partner";r=23999;t=1, "hand";r=17999;t=1, "bytes";r=17179869184;t=0',
  },
  RateLimitPolicy: {
    description:
      "quotas (`q`), their units (`qu`) and windows in seconds (`w`): draft-ietf-httpapi-ratelimit-headers-10",
    schema: { type: "string" },
    example: '"partner";q=24000;qu="requests";w=60',
  },
  RequestId: {
    description: "the name of the request: in its line of the server's log, in its problem, and in its log entry",
    schema: { type: "string" },
  },
  RetryAfter: { description: "seconds after which to send the same request again", schema: { type: "integer" } },
};
const BORNE: Members = {
  RateLimit: { $ref: "#/components/headers/RateLimit" },
  "RateLimit-Policy": { $ref: "#/components/headers/RateLimitPolicy" },
  "X-Request-Id": { $ref: "#/components/headers/RequestId" },
};
const TOO_MANY_STATUS = "429";

function operationId({ method, path }: Route): string {
  const words = path.replaceAll(/\/v1|[{}]/g, "");
  return method + words.replaceAll(/[/.-](\w)/g, (_, letter: string) => letter.toUpperCase());
}

function parametersOf(schema: z.ZodType, place: "path" | "query", components: Map<string, Json>): Json[] {
  const shape = schemaOf(schema, "input", components);
  if (!isMembers(shape) || !isMembers(shape["properties"])) return [];
  const required = isList(shape["required"]) ? shape["required"] : [];
  return Object.entries(shape["properties"]).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property ?? {},
  }));
}

function bodyOf(route: Route, components: Map<string, Json>): Json | null {
  if (route.takesStream === true) {
    const bytes = { schema: { type: "string", format: "binary" } };
    return { required: true, content: { "text/csv": bytes, "application/x-ndjson": bytes } };
  }
  if (route.body === NO_BODY) return null;
  return { required: true, content: { "application/json": { schema: schemaOf(route.body, "input", components) } } };
}

function replyOf(reply: ReplyShape, components: Map<string, Json>): Json {
  const type = reply.contentType ?? "application/json";
  const plain = type === "application/octet-stream" ? { type: "string", format: "binary" } : { type: "string" };
  const schema = reply.schema === undefined ? plain : schemaOf(reply.schema, "output", components);
  return { description: reply.says, headers: BORNE, content: { [type]: { schema } } };
}

// Kinds of one status share a reply, which names them.
function problemReplies(kinds: readonly ProblemKind[]): Members {
  const byStatus = new Map<number, ProblemKind[]>();
  for (const kind of new Set(kinds)) {
    const { status } = PROBLEMS[kind];
    byStatus.set(status, [...(byStatus.get(status) ?? []), kind]);
  }
  const content = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => {
      const wait =
        String(status) === TOO_MANY_STATUS ? { "Retry-After": { $ref: "#/components/headers/RetryAfter" } } : {};
      return [String(status), { description: list.join(", "), headers: { ...BORNE, ...wait }, content }];
    }),
  );
}

// What every route may answer before its use case runs, by what it takes in.
function commonProblems({ method }: Route): readonly ProblemKind[] {
  // Some GETs are logged as well, such as the collection of a list.
  if (method === "get") return EVERYWHERE;
  return method === "post" ? [...EVERYWHERE, ...WITH_BODY, ...ONCE] : [...EVERYWHERE, ...WITH_BODY];
}

const EVERYWHERE: readonly ProblemKind[] = [
  "invalid-parameter",
  "signature-missing",
  "signature-malformed",
  "signature-incomplete",
  "signature-invalid",
  "signature-expired",
  "signature-replayed",
  "key-unknown",
  "too-many-requests",
  "internal",
  "unavailable",
  "log-behind",
  "memory-short",
  "storage-full",
];
const WITH_BODY: readonly ProblemKind[] = [
  "not-json",
  "digest-missing",
  "digest-mismatch",
  "body-too-large",
  "unsupported-media-type",
  "invalid-document",
];
const ONCE: readonly ProblemKind[] = ["idempotency-key-missing", "idempotency-key-reused", "idempotency-in-flight"];

function schemaOf(schema: z.ZodType, io: "input" | "output", components: Map<string, Json>): Json {
  const printed = z.toJSONSchema(schema, { io, target: "draft-2020-12", unrepresentable: "any" });
  return hoisted(JSON.parse(JSON.stringify(printed)), components);
}

// A schema with an id moves to `components` and leaves a reference.
function hoisted(schema: { [name: string]: Json }, components: Map<string, Json>): Json {
  const { $schema: _, $defs: definitions, id, ...rest } = schema;
  if (isMembers(definitions)) {
    for (const [name, definition] of Object.entries(definitions)) {
      components.set(name, withoutId(retargeted(definition ?? {})));
    }
  }
  const own = retargeted(rest);
  if (typeof id !== "string") return own;
  components.set(id, own);
  return { $ref: `#/components/schemas/${id}` };
}

function withoutId(schema: Json): Json {
  if (!isMembers(schema)) return schema;
  const { id: _, ...rest } = schema;
  return rest;
}

function retargeted(schema: Json): Json {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/');
  return JSON.parse(text);
}

function isMembers(value: Json | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
