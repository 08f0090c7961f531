// The client of the rehearsal, in a process of its own that may be killed: sends the list with the client that partners
// use, goes on with an upload that an earlier one began, and prints what it learns, one JSON document a line.
// Arguments: the room's address, the key's file, a file for the upload's id, rows.

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { roomClient } from "../../src/client/room-client.ts";
import { uploadList } from "../../src/client/upload.ts";
import { signingKeyFromJwk } from "../../src/crypto/jwk.ts";
import { largeList } from "./list.ts";

const [url = "", keyFile = "", idFile = "", rows = ""] = process.argv.slice(2);
const key = signingKeyFromJwk(JSON.parse(readFileSync(keyFile, "utf8")));
if (!key.ok) throw new Error(key.error);

const version = await uploadList({
  client: roomClient({ url, key: key.value, clock: () => Date.now(), random: (count) => randomBytes(count) }),
  dataset: "customers",
  source: largeList(Number(rows)),
  resume: existsSync(idFile) ? readFileSync(idFile, "utf8") : undefined,
  onOpen: async (upload) => {
    await writeFile(idFile, upload);
    say({ kind: "open", upload });
  },
  onProgress: (progress) => say({ kind: "progress", ...progress }),
});
say(version.ok ? { kind: "version", people: version.value.people } : { kind: "refused", detail: version.error.detail });

function say(told: object): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
