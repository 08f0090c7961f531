// Identifiers of people where they do not belong: in paths, queries, header fields, names and values of bodies, of
// every route, by partners and by strangers. What a room keeps or tells of such a request must not repeat them.

import { ROUTES } from "../../http/api/routes.ts";
import { signedHeaders } from "../signed-call.ts";
import type { Churn } from "./log-churn.ts";

/** Sends each text to every route, in every place. Answers are nobody's business but the sender's. */
export async function misplace({ origin, owner }: Pick<Churn, "origin" | "owner">, texts: readonly string[]) {
  for (const [index, text] of texts.entries()) {
    const requests = ROUTES.map((route, place) => {
      const named = encodeURIComponent(text);
      const path = `${route.path.replaceAll(/\{\w+\}/g, named)}?${named}=1&after=${named}`;
      const method = route.method.toUpperCase();
      const hasBody = method === "POST" || method === "PUT";
      const json = hasBody ? { json: { [text]: text, contract: text, identifiers: [text] } } : {};
      const isSigned = (index + place) % 3 > 0;
      return sendMisplaced(origin, { method, path, key: owner.key, ...json }, { text, isSigned });
    });
    const open = ["/", "/problems/", "/v1/nowhere/", "/console/", "/console/sign-in/", "/v1/deletion-requests/"].map(
      (place) =>
        sendMisplaced(origin, { method: "GET", path: place + encodeURIComponent(text), key: owner.key }, { text }),
    );
    await Promise.all([...requests, ...open]);
  }
}

type Misplacing = { readonly text: string; readonly isSigned?: boolean };

async function sendMisplaced(
  origin: string,
  call: Parameters<typeof signedHeaders>[1],
  { text, isSigned = false }: Misplacing,
): Promise<void> {
  const { headers, bytes } = signedHeaders(origin, call);
  const fields = new Headers(isSigned ? headers.map(([name, value]): [string, string] => [name, value]) : []);
  for (const name of ["x-request-id", "traceparent", "user-agent", "referer", "cookie", "x-forwarded-for"])
    fields.set(name, inHeader(text));
  fields.set("authorization", `Bearer ${inHeader(text)}`);
  const body = bytes === null ? {} : { body: new Uint8Array(bytes) };
  const reply = await fetch(origin + call.path, { method: call.method, headers: fields, redirect: "manual", ...body });
  await reply.arrayBuffer();
}

// The bytes of a text, as whoever makes a field of it by hand sends them (RFC 9110, section 5.5: obs-text).
function inHeader(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
