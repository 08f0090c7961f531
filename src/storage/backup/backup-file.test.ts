import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../domain/bytes.ts";
import { newHeader } from "./format.ts";
import { backupKeys } from "./keys.ts";
import { checkBackup } from "./loading.ts";
import { openBackup } from "./reading.ts";
import { createBackup } from "./writing.ts";

const keys = backupKeys(new Uint8Array(32).fill(7));
const room = "concordat/room-of-tests";
const own = { room, keys };
const PLAN = '{"log":{"checkpoint":"","size":0},"migrations":[],"partners":[],"tables":[]}';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "concordat-backup-"));
  path = join(folder, "whole.backup");
  await write(path);
});
afterAll(() => rm(folder, { recursive: true }));

async function write(to: string): Promise<void> {
  const madeAt = "2026-11-26T08:00:00.000Z";
  const writer = await createBackup({
    path: to,
    header: newHeader({ room, key: keys.name, madeAt, release: "1" }),
    keys,
  });
  await writer.add("plan", [utf8(PLAN)]);
  await writer.add("rows", [utf8("release\n[]")]);
  await writer.close({ rows: {}, files: 0, bytes: 0 });
  await writer.publish();
}

/** What a reader says of a file, from its beginning to its end; null where it is content. */
async function saysOf(file: string, reader = own): Promise<string | null> {
  const opened = await openBackup(file, reader);
  if (!opened.ok) return opened.error;
  const checked = await checkBackup(opened.value);
  await opened.value.close();
  return checked.ok ? null : checked.error;
}

describe("a backup file", () => {
  test("reads to its end, tells nothing without its key, and its owner alone may read it", async () => {
    expect(await saysOf(path)).toBeNull();
    const bytes = await readFile(path, "latin1");
    expect(bytes.split("\n", 1)).toEqual(["concordat backup 1"]);
    expect(bytes).not.toContain("release\n[]");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("is refused when any one byte of it is another, and never with a failure that nobody named", async () => {
    const whole = await readFile(path);
    const altered = join(folder, "altered.backup");
    const named = /altered|cut short|no backup of a room|of form|another room|other keys/;
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(altered, bytes);
      expect([at, await saysOf(altered)]).toEqual([at, expect.stringMatching(named)]);
    }
  });

  test("is refused when it is cut short anywhere, and when something stands behind its end", async () => {
    const whole = await readFile(path);
    const cut = join(folder, "cut.backup");
    for (let length = 0; length < whole.length; length++) {
      await writeFile(cut, whole.subarray(0, length));
      expect([length, await saysOf(cut)]).toEqual([length, expect.stringMatching(/cut short|no backup|altered/)]);
    }
    await writeFile(cut, Buffer.concat([whole, whole.subarray(0, 1)]));
    expect(await saysOf(cut)).toMatch(/altered or damaged/);
  });

  test("is refused when frames change places, or come from another backup of the same room", async () => {
    const other = join(folder, "other.backup");
    await write(other);
    const [one, two] = [await readFile(path), await readFile(other)];
    const behind = one.indexOf("}\n") + 2;
    await writeFile(other, Buffer.concat([one.subarray(0, behind), two.subarray(behind)]));
    expect(await saysOf(other)).toMatch(/altered or damaged/);
    const first = behind + 4 + one.readUInt32BE(behind);
    const second = first + 4 + one.readUInt32BE(first);
    const swapped = [one.subarray(0, behind), one.subarray(first, second), one.subarray(behind, first)];
    await writeFile(other, Buffer.concat([...swapped, one.subarray(second)]));
    expect(await saysOf(other)).toMatch(/altered or damaged/);
  });

  test("names what is wrong: no such file, another form, room or key", async () => {
    expect(await saysOf(join(folder, "nowhere"))).toBe("cannot be read: there is no such file");
    const others = backupKeys(new Uint8Array(32).fill(8));
    expect(await saysOf(path, { room: "concordat/other", keys: others })).toMatch(/^is a backup of another room: conc/);
    // The same room, whose log has another key by now.
    expect(await saysOf(path, { ...own, room: "concordat/other" })).toBeNull();
    expect(await saysOf(path, { ...own, keys: others })).toMatch(/other keys of this room: .* 2026-11-26$/);
    const later = join(folder, "later.backup");
    await writeFile(later, (await readFile(path, "latin1")).replace("backup 1", "backup 2"), "latin1");
    expect(await saysOf(later)).toBe("is a backup of form 2, and this release reads form 1");
  });

  test("has no name before it is whole: one that was broken off is called unfinished, and is refused", async () => {
    const late = join(folder, "broken.backup");
    const writer = await createBackup({
      path: late,
      header: newHeader({ room, key: keys.name, madeAt: "", release: "" }),
      keys,
    });
    await writer.add("plan", [utf8(PLAN)]);
    const [left] = (await readdir(folder)).filter((name) => name.startsWith("broken"));
    expect(left).toMatch(/^broken\.backup\.unfinished-/);
    expect(await saysOf(join(folder, left ?? ""))).toMatch(/cut short/);
    await writer.abandon();
    expect((await readdir(folder)).filter((name) => name.startsWith("broken"))).toEqual([]);
  });
});
