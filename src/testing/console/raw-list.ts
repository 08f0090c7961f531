// A raw list as a marketer has it, with columns called otherwise than its schema calls them, and what a browser sent
// while one was brought: every body, unpacked, so that a test can search it for what must never leave.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { BrowserContext, Request } from "playwright-core";
import { contentDigest } from "../../crypto/content-digest.ts";
import { REGIONS, TIERS } from "../journeys/lists.ts";

export type RawList = { readonly path: string; readonly discard: () => Promise<void> };

/** Every hundredth person has no e-mail that can be read, every seventh is spelt with a capital and spaces. */
export async function rawList(people: number): Promise<RawList> {
  const rows = Array.from({ length: people }, (_, person) => {
    const address = `Person${person}@Mail.example`;
    const spelt = person % 100 === 99 ? `nobody-${person}.mail.example` : person % 7 === 0 ? ` ${address} ` : address;
    return [`c${person}`, `Rawname ${person}`, spelt, TIERS[person % 3], REGIONS[person % 2], "yes", "yes"].join();
  });
  const folder = await mkdtemp(join(tmpdir(), "concordat-raw-"));
  const path = join(folder, "crm export.csv");
  const header = "Customer No,<img src=x onerror=alert(1)>,E-Mail Address,Tier,Region,partners_ok,mail_ok";
  await writeFile(path, [header, ...rows, ""].join("\n"));
  return { path, discard: () => rm(folder, { recursive: true }) };
}

/** What of such a list must never leave: a piece of every name and of every address, in any case. */
export const RAW = /rawname|person\d|nobody-\d|mail\.example/i;

export type Sent = { readonly method: string; readonly url: string; readonly text: string };

/** Notes every request of a browser's pages and threads with its address, headers and body, from now on. */
export function sentBy(context: BrowserContext): Promise<Sent>[] {
  const sent: Promise<Sent>[] = [];
  context.on("request", (request) => sent.push(sentIn(request)));
  return sent;
}

async function sentIn(request: Request): Promise<Sent> {
  const headers = await request.allHeaders();
  const body = request.postDataBuffer();
  if (request.method() !== "GET" && body === null) throw new Error("a body was sent and not seen");
  const digest = headers["content-digest"];
  if (body !== null && digest !== undefined && digest !== contentDigest(body))
    throw new Error("a body was seen in part");
  const plain = body?.[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body;
  const text = `${JSON.stringify(headers)}\n${plain?.toString("latin1") ?? ""}`;
  return { method: request.method(), url: decodeURIComponent(request.url()), text };
}
