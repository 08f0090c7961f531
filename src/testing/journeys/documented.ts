// Replies held to what their route documents: the status, the shape of the body, the kind of problem. Whatever a test
// calls, an answer that the OpenAPI document does not name fails it.

import type { Json } from "../../domain/canonical-json.ts";
import { ROUTES } from "../../http/api/routes.ts";
import { openApiDocument } from "../../http/openapi.ts";
import { patternOf, type Route } from "../../http/route.ts";
import { problemSchema } from "../../wire/api/shared.ts";
import type { Answer } from "../signed-call.ts";

/** Throws for a status or a problem that the document does not name, and for a body beside its schema. */
export function expectDocumented(method: string, path: string, answer: Answer): void {
  const [pathname = ""] = path.split("?");
  const route = ROUTES.find((one) => one.method === method.toLowerCase() && patternOf(one).test(pathname));
  if (route === undefined) return;
  if (answer.status >= 500) throw new Error(`the room broke: ${method} ${path} ${answer.text}`);
  if (answer.status < 400) {
    const reply = route.replies[answer.status];
    if (reply === undefined) throw new Error(`undocumented status ${answer.status} of ${method} ${route.path}`);
    reply.schema?.parse(answer.body);
    return;
  }
  const { type } = problemSchema.parse(answer.body);
  const documented = problemsAt(route, answer.status);
  if (!documented.includes(type.slice("/problems/".length))) {
    throw new Error(`undocumented problem ${type} of ${method} ${route.path}, which documents ${documented}`);
  }
}

const DOCUMENT = openApiDocument(ROUTES);

function problemsAt(route: Route, status: number): readonly string[] {
  const place = ["paths", route.path, route.method, "responses", String(status), "description"];
  const description = within(DOCUMENT, place);
  return typeof description === "string" ? description.split(", ") : [];
}

function within(value: Json | undefined, names: readonly string[]): Json | undefined {
  return names.reduce<Json | undefined>((held, name) => {
    if (typeof held !== "object" || held === null || Array.isArray(held)) return undefined;
    return Object.entries(held).find(([key]) => key === name)?.[1];
  }, value);
}
