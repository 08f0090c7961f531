import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { turnsInMemory } from "../app/in-memory.ts";
import { partnerIdSchema } from "../domain/partner/manifest.ts";
import { lostTurns } from "../testing/lost-turns.ts";
import { openErasureMemory } from "./erasure-memory.ts";

const alba = partnerIdSchema.parse("alba-travel");
const erasure = (number: number, byte = number) => ({
  ...{ partner: alba, number, sealed: new Uint8Array(40).fill(byte) },
  checkpoint: `concordat/room\n${number}\nroot\n`,
});

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "concordat-erasures-"));
  path = join(directory, "erasure-memory.jsonl");
});
afterEach(() => rm(directory, { recursive: true }));

async function opened() {
  const memory = await openErasureMemory(directory, turnsInMemory());
  if (!memory.ok) throw new Error(memory.error);
  return memory.value;
}

describe("the memory of erasures", () => {
  test("has what each of two servers added, once", async () => {
    const [one, other] = [await opened(), await opened()];
    await one.remember([erasure(1)]);
    await other.remember([erasure(1), erasure(2)]);
    await one.remember([erasure(2), erasure(3)]);
    expect(await other.recall()).toEqual([erasure(1), erasure(2), erasure(3)]);
  });

  test("keeps each once, over restarts, in a file that its owner alone may read", async () => {
    const memory = await opened();
    await memory.remember([erasure(1), erasure(2)]);
    await memory.remember([erasure(2), erasure(3)]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const again = await opened();
    expect(await again.recall()).toEqual([erasure(1), erasure(2), erasure(3)]);
    expect([again.knows(erasure(3)), again.knows(erasure(3, 9)), again.knows(erasure(4))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("passes over what a crash left of a line, and writes the next one whole", async () => {
    await (await opened()).remember([erasure(1)]);
    await appendFile(path, '{"partner":"alba-tra');
    const memory = await opened();
    expect(await memory.recall()).toEqual([erasure(1)]);
    expect(await readFile(path, "utf8")).toMatch(/tra$/);
    await memory.remember([erasure(2)]);
    expect(await (await opened()).recall()).toEqual([erasure(1), erasure(2)]);
  });

  test("keeps what others added while a server was frozen that meant to add", async () => {
    await (await opened()).remember([erasure(1)]);
    const other = await opened();
    await appendFile(path, '{"partner":"alba-tra');
    const frozen = await openErasureMemory(
      directory,
      lostTurns(() => other.remember([erasure(2)])),
    );
    if (!frozen.ok) throw new Error(frozen.error);
    await expect(frozen.value.remember([erasure(3)])).rejects.toThrow("the turn is another's");
    expect(frozen.value.knows(erasure(3))).toBe(false);
    expect(await (await opened()).recall()).toEqual([erasure(1), erasure(2)]);
  });

  test("has others in the place of all at once, and adds to these", async () => {
    const memory = await opened();
    await memory.remember([erasure(1), erasure(2)]);
    await memory.replace([erasure(1, 7), erasure(2, 8)]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect([memory.knows(erasure(1)), memory.knows(erasure(1, 7))]).toEqual([false, true]);
    await memory.remember([erasure(2, 8), erasure(3)]);
    expect(await (await opened()).recall()).toEqual([erasure(1, 7), erasure(2, 8), erasure(3)]);
  });

  test("refuses a file that does not read, since whom it names must not be forgotten", async () => {
    await writeFile(path, '{"partner":"alba-travel"}\n');
    expect(await openErasureMemory(directory, turnsInMemory())).toEqual({
      ok: false,
      error: expect.stringMatching(/bring it back/),
    });
  });
});
