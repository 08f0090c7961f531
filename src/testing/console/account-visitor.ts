// Somebody who signs in with an account, without a browser: follows every redirect, keeps every site's cookies.

import type { PageReply } from "./visitor.ts";

/** A jar of cookies, by site. */
export type Jar = Map<string, Map<string, string>>;

/** Sends a form of the room, and goes on to wherever that leads, until a page is shown or `stopAt` is reached. */
export async function followForm(
  jar: Jar,
  sent: { readonly url: string; readonly form: Readonly<Record<string, string>>; readonly stopAt?: string },
): Promise<PageReply & { readonly url: string }> {
  const origin = new URL(sent.url).origin;
  const first = await ask(jar, sent.url, { method: "POST", headers: { origin }, body: new URLSearchParams(sent.form) });
  return follow(jar, first, sent.stopAt);
}

/** Opens an address and goes on to wherever it leads. */
export async function open(jar: Jar, url: string): Promise<PageReply & { readonly url: string }> {
  return follow(jar, await ask(jar, url, {}), undefined);
}

type Came = PageReply & { readonly url: string };

async function follow(jar: Jar, first: Came, stopAt: string | undefined): Promise<Came> {
  let reply = first;
  for (let hops = 0; hops < 12; hops++) {
    const to = reply.headers.get("location") ?? reply.headers.get("refresh")?.replace("0; url=", "");
    if (to === undefined) return reply;
    const next = new URL(to, reply.url).href;
    if (stopAt !== undefined && next.startsWith(stopAt)) return { ...reply, url: next };
    reply = await ask(jar, next, {});
  }
  throw new Error("it leads round and round");
}

async function ask(jar: Jar, url: string, request: RequestInit): Promise<Came> {
  const { origin } = new URL(url);
  const kept = jar.get(origin) ?? new Map<string, string>();
  jar.set(origin, kept);
  const headers = new Headers(request.headers);
  if (kept.size > 0) headers.set("cookie", [...kept].map(([name, value]) => `${name}=${value}`).join("; "));
  const response = await fetch(url, { ...request, headers, redirect: "manual" });
  for (const line of response.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === "" || /max-age=0/i.test(line)) kept.delete(name);
    else kept.set(name, value);
  }
  return { url, status: response.status, text: await response.text(), headers: response.headers };
}
