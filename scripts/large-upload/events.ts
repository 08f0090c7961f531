// What the room tells of an upload while it goes on (`GET /v1/uploads/{id}/events`), and whether it ever takes back
// what it has told.

import type { SigningKey } from "../../src/crypto/jwk.ts";
import { signedHeaders } from "../../src/testing/signed-call.ts";

export type Told = {
  readonly phase: "receiving" | "sealing";
  readonly rows: number;
  readonly rowsTotal: number | null;
  readonly bytes: number;
};

/** Everything that the room told, in order, once the upload is closed; each is given to `onTold` when it comes. */
export async function followUpload(
  room: { readonly origin: string; readonly key: SigningKey },
  upload: string,
  onTold: (told: Told) => void,
): Promise<readonly Told[]> {
  const path = `/v1/uploads/${upload}/events`;
  const { headers } = signedHeaders(room.origin, { method: "GET", path, key: room.key });
  const response = await fetch(room.origin + path, {
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  });
  const all: Told[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const [, json = ""] of events.map((event) => /^event: progress\ndata: (.*)$/.exec(event) ?? [])) {
      if (json === "") continue;
      const told: Told = JSON.parse(json);
      all.push(told);
      onTold(told);
    }
  }
  return all;
}

/** Sentences about progress that shrank or did not reach the end. What a killed client began to send is taken back. */
export function progressFaults(all: readonly Told[], expected: { readonly rows: number; readonly kills: number }) {
  const faults: string[] = [];
  let shrunk = 0;
  for (const [index, told] of all.entries()) {
    const before = all[index - 1];
    if (before === undefined) continue;
    if (before.phase !== told.phase) {
      if (told.phase === "receiving") faults.push("the room tells of receiving after sealing");
      continue;
    }
    if (told.rows < before.rows) faults.push(`rows shrank from ${before.rows} to ${told.rows} while ${told.phase}`);
    if (told.bytes < before.bytes) shrunk++;
  }
  if (shrunk > expected.kills) faults.push(`bytes shrank ${shrunk} times, and ${expected.kills} clients were killed`);
  const received = all.findLast(({ phase }) => phase === "receiving");
  const sealed = all.findLast(({ phase }) => phase === "sealing");
  if (received?.rows !== expected.rows && sealed === undefined) faults.push("the room did not tell of all rows");
  if (sealed !== undefined && sealed.rowsTotal !== null && sealed.rowsTotal !== expected.rows)
    faults.push(`the room seals ${sealed.rowsTotal} rows of ${expected.rows}`);
  if (new Set(all.map(({ rows }) => rows)).size < 4) faults.push("the room told of hardly any rows");
  return faults;
}
