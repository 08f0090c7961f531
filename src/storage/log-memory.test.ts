import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { turnsInMemory } from "../app/in-memory.ts";
import { lostTurns } from "../testing/lost-turns.ts";
import { openLogMemory } from "./log-memory.ts";

test("the memory of a log is one for all servers, and none replaces what it has not seen", async () => {
  const directory = await mkdtemp(join(tmpdir(), "concordat-memory-"));
  const inTurn = turnsInMemory();
  const [one, other] = [await openLogMemory(directory, inTurn), await openLogMemory(directory, inTurn)];
  if (!one.ok || !other.ok) throw new Error("a memory that is not there yet does not open");
  expect(await one.value.advance(null, "first")).toBe(true);
  expect(await other.value.recall()).toBe("first");
  await other.value.remember("accuses the log");
  expect(await one.value.advance("first", "second")).toBe(false);
  expect(await one.value.recall()).toBe("accuses the log");
  const frozen = await openLogMemory(
    directory,
    lostTurns(() => other.value.remember("later")),
  );
  if (!frozen.ok) throw new Error("a memory that is there does not open");
  for (const write of [() => frozen.value.advance("accuses the log", "old"), () => frozen.value.remember("old")]) {
    await expect(write()).rejects.toThrow("the turn is another's");
    expect(await one.value.recall()).toBe("later");
    await one.value.remember("accuses the log");
  }
  await rm(directory, { recursive: true });
});
