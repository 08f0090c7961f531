import { expect, it } from "vitest";
import { progressFaults, type Told } from "./events.ts";
import { largeListBytes } from "./list.ts";
import { rehearse } from "./rehearsal.ts";

const isLinux = process.platform === "linux";
if (!isLinux) console.warn("SKIPPED: the memory of a process is read from /proc, which this system has not");

it.skipIf(!isLinux)(
  "an upload of 48 MB whose client is killed half-way ends with every person, in the room's memory, told as it goes",
  async () => {
    const lines: string[] = [];
    const done = await rehearse({ bytes: 48e6, memoryMib: 64, onLine: (line) => lines.push(line) });
    expect(done.faults).toEqual([]);
    expect(done.people).toBe(done.rows);
    expect(done.killedAtBytes).toBeGreaterThan(largeListBytes(done.rows) / 2);
    expect(done.killedAtBytes).toBeLessThan(largeListBytes(done.rows));
    expect(lines.some((line) => line.startsWith("receiving: "))).toBe(true);
    expect(lines.some((line) => line.startsWith("sealing: "))).toBe(true);
  },
);

it("progress that shrinks, or ends early, is told as a fault", () => {
  const told = (phase: Told["phase"], rows: number, bytes = rows): Told => ({ phase, rows, rowsTotal: 40, bytes });
  const grown = [0, 10, 20, 30, 40].map((rows) => told("receiving", rows));
  const whole = [...grown, told("sealing", 0, 40), told("sealing", 40)];
  const expected = { rows: 40, kills: 0 };
  expect(progressFaults(whole, expected)).toEqual([]);
  expect(progressFaults([...whole, told("sealing", 30, 40)], expected)).toEqual([
    "rows shrank from 40 to 30 while sealing",
  ]);
  expect(progressFaults([...grown, told("receiving", 40, 35)], expected)).toHaveLength(1);
  expect(progressFaults([...grown, told("receiving", 40, 35)], { ...expected, kills: 1 })).toEqual([]);
  expect(progressFaults(grown.slice(0, 4), expected)).toEqual(["the room did not tell of all rows"]);
  expect(progressFaults([...whole, told("receiving", 40)], expected)).toHaveLength(1);
});
