// A visitor without a browser: keeps the cookie, sends forms as a browser does, reads pages as text.

import { contentDigest } from "../../crypto/content-digest.ts";
import type { Member } from "../journeys/world.ts";

export type PageReply = { readonly status: number; readonly text: string; readonly headers: Headers };

export type ConsoleVisitor = {
  readonly cookie: string;
  readonly token: string;
  readonly get: (path: string) => Promise<PageReply>;
  /** Sends a form with the session's token; `bent` replaces headers or leaves the token out. */
  readonly post: (
    path: string,
    fields?: Readonly<Record<string, string>> | URLSearchParams,
    bent?: Bent,
  ) => Promise<PageReply>;
};
/** Sends bytes as a page's script does; `bent` replaces headers or leaves the token out. */
export async function sendBytes(
  { cookie, token }: Pick<ConsoleVisitor, "cookie" | "token">,
  url: string,
  { bytes, ...bent }: Bent & { readonly bytes: Uint8Array },
): Promise<PageReply> {
  const { origin } = new URL(url);
  const headers = {
    ...{ cookie, origin: bent.origin ?? origin, "form-token": bent.token ?? token },
    ...{ "content-type": "text/csv", "content-digest": contentDigest(bytes) },
  };
  const response = await fetch(url, { method: "PUT", headers, body: new Uint8Array(bytes), redirect: "manual" });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

type Bent = { readonly origin?: string; readonly token?: string };

/** Signs in by a link. */
export async function visitorBy({
  link,
  member,
}: {
  readonly link: string;
  readonly member: Pick<Member, "origin">;
}): Promise<ConsoleVisitor> {
  const { origin } = member;
  const reply = await sendForm(link, { origin }, new URLSearchParams());
  const cookie = cookieIn(reply.headers);
  const get = (path: string) => sendGet(origin + path, cookie);
  const first = await get("/console/contracts");
  const token = /name="token" value="([0-9a-f]{64})"/.exec(first.text)?.[1] ?? "";
  const post: ConsoleVisitor["post"] = (path, fields = {}, bent = {}) =>
    sendForm(
      origin + path,
      { origin: bent.origin ?? origin, cookie: `${cookie}` },
      withToken(bent.token ?? token, fields),
    );
  return { cookie, token, get, post };
}

function withToken(token: string, fields: Readonly<Record<string, string>> | URLSearchParams): URLSearchParams {
  const form = new URLSearchParams(fields);
  form.set("token", token);
  return form;
}

/** Gets a page with a cookie, or without one where it is empty; for a reader of a language where one is given. */
export async function sendGet(url: string, cookie: string, language = "*"): Promise<PageReply> {
  const headers = { "accept-language": language, ...(cookie === "" ? {} : { cookie }) };
  const response = await fetch(url, { headers, redirect: "manual" });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Sends a form. */
export async function sendForm(
  url: string,
  headers: Record<string, string>,
  form: URLSearchParams,
): Promise<PageReply> {
  const response = await fetch(url, { method: "POST", headers, body: form, redirect: "manual" });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** The `name=value` of the cookie that a reply sets. */
export function cookieIn(headers: Headers): string {
  return (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}
