// The page `README.md` walks the journeys with curl and openssl alone. Its blocks run here, in order, against a room:
// what a reader types is what was tested.

import { type ChildProcess, execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestRoom, type TestRoom } from "../testing/room.ts";

const missing = missingTool();
if (missing !== null) console.warn(`SKIPPED: the recipe with curl and openssl needs ${missing}`);

describe.skipIf(missing !== null)("the recipe with curl and openssl alone", () => {
  let room: TestRoom;
  let folder: string;
  let ran: Ran;

  beforeAll(async () => {
    room = await startTestRoom();
    folder = await mkdtemp(join(tmpdir(), "concordat-recipe-"));
    await writeFile(join(folder, "recipe.sh"), (await blocks("bash")).join("\n"));
    ran = await runRecipe(room, folder);
  });
  afterAll(async () => {
    await room.discard();
    await rm(folder, { recursive: true, force: true });
  });

  test("the project's first page quotes the very function that runs", async () => {
    const [page, first] = await Promise.all([
      readFile(new URL("README.md", import.meta.url), "utf8"),
      readFile("README.md", "utf8"),
    ]);
    const quoted = /^call\(\) \{[\s\S]*?^\}$/m.exec(page)?.[0];
    expect(quoted).toContain("signature-input");
    expect(first).toContain(quoted);
  });

  test("every block runs to its end", () => {
    expect(ran.statuses.at(-1)).toBe("GET /v1/audit/proofs/inclusion?index=17&size=20 200");
    expect(ran.code).toBe(0);
  });

  test("every call is answered as the page says, and only the finer question is denied", () => {
    const refusals = ran.statuses.filter((line) => !/ 20[01]$/.test(line));
    expect(refusals).toEqual(["POST /v1/questions 403"]);
    expect(ran.statuses.filter((line) => line.endsWith("/keys 201"))).toHaveLength(2);
    expect(ran.statuses.filter((line) => line.endsWith("/commit 201"))).toHaveLength(2);
    expect(ran.said).toContain('"type":"/problems/not-permitted"');
    expect(ran.said).toContain("Lake Boats' rule “figures” does not let Alpine Tours use “tier” to choose people");
  });

  test("a retried offer is one contract, in force once both have signed", () => {
    expect(ran.statuses.filter((line) => line === "POST /v1/contracts 201")).toHaveLength(2);
    expect(ran.said).toContain('"state":{"kind":"offered","missing":["lake-boats"]}\n');
    expect(ran.said).toContain('"state":{"kind":"in-force"}\n');
    expect(ran.said).toContain("1 contract-offered\n");
  });

  // `closeTo(truth, -2)` means within 50; at this price the chance of more noise is below 1e-9.
  test("the overlap is near the truth, and asked again the same", async () => {
    const answer: unknown = JSON.parse(await readFile(join(folder, "overlap.reply.json"), "utf8"));
    const near = (truth: number) => ({ released: expect.closeTo(truth, -2), members: expect.any(Array) });
    expect(answer).toMatchObject({ regions: [near(150), near(150), near(250)] });
    expect(ran.said).toContain('"verdict":"this is permitted"\n');
    expect(ran.said).toContain("the same answer, byte for byte\n");
  });

  test("the audience is the asker's own references to the 125 golden people on both lists", async () => {
    const rows = (await readFile(join(folder, "rows.csv"), "utf8")).trimEnd().split("\r\n");
    const expected = Array.from({ length: 125 }, (_, index) => `a-${151 + 2 * index}`);
    expect([...rows.slice(1)].sort()).toEqual(expected.sort());
    expect(rows[0]).toBe("record");
    expect(ran.said).toContain("125 references, from a-151 to a-399\n");
  });

  test("checkpoint and receipt verify, and the entry leads to both signed roots", () => {
    expect(ran.said.match(/^Signature Verified Successfully$/gm)).toHaveLength(2);
    expect(ran.said).toContain("the receipt is for this answer\n");
    expect(ran.said).toContain("the entry was in the log when the answer was given\n");
    expect(ran.said).toContain("the entry is in the log of the checkpoint above\n");
    expect(ran.said).toContain(`${room.ports.room.origin}\n20\n`);
  });

  test("what the page shows of the outcome is what came out, but for what is random", async () => {
    const shown = (await blocks("text")).filter((block) => !block.includes("…")).flatMap((block) => block.split("\n"));
    const fixed = shown.filter((line) => line !== "" && !RANDOM.test(line));
    expect(fixed.length).toBeGreaterThan(15);
    const said = new Set([...ran.said.split("\n"), ...ran.statuses]);
    expect(fixed.filter((line) => !said.has(line))).toEqual([]);
  });
});

// Thumbprints and figures with noise differ in every run.
const RANDOM = /^[\w-]{43}$|"interval"/;

async function blocks(language: string): Promise<string[]> {
  const page = await readFile(new URL("README.md", import.meta.url), "utf8");
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, named]) => named === language)
    .map(([, , text]) => text ?? "");
}

/** What the script ended with, printed, and reported of its calls. */
type Ran = { readonly code: number | null; readonly said: string; readonly statuses: readonly string[] };

// Nothing of the test's own environment but the path, so that the recipe stands on what it states.
function runRecipe(room: TestRoom, folder: string): Promise<Ran> {
  const env = { PATH: process.env["PATH"], ROOM: room.publicOrigin, OPERATOR_KEY: room.operatorKeyPath };
  return new Promise((resolve) => {
    const child: ChildProcess = execFile(
      "bash",
      ["-euo", "pipefail", "recipe.sh"],
      { cwd: folder, env },
      (_, said, stderr) =>
        resolve({ code: child.exitCode, said, statuses: stderr.split("\n").filter((line) => line !== "") }),
    );
  });
}

function missingTool(): string | null {
  const openssl = spawnSync("openssl", ["version"], { encoding: "utf8" });
  if (openssl.status !== 0 || !openssl.stdout.startsWith("OpenSSL 3.")) return "OpenSSL 3";
  if (spawnSync("curl", ["--version"]).status !== 0) return "curl";
  return spawnSync("bash", ["--version"]).status === 0 ? null : "bash";
}
