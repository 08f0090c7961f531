import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runProgram } from "./program.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "concordat-simulate-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function simulate(...argv: string[]) {
  const told = { out: "", err: "" };
  const world = {
    standardOutput: (text: string) => {
      told.out += text;
    },
    standardError: (text: string) => {
      told.err += text;
    },
    isTerminal: false,
    environment: {},
    home: folder,
    clock: () => Date.UTC(2026, 10, 26),
    random: (count: number) => new Uint8Array(count),
  };
  const exit = await runProgram(["policy", "simulate", ...argv], world, []);
  return { exit, ...told };
}

async function written(name: string, json: unknown): Promise<string> {
  await writeFile(join(folder, name), JSON.stringify(json));
  return join(folder, name);
}

describe("concordat policy simulate", () => {
  test("says what held, with exit code 0, for people and for programs", async () => {
    const { exit, out, err } = await simulate("policies/suppression-only.json", "--worlds", "20");
    expect([exit, err]).toEqual([0, ""]);
    expect(out).toContain("  - averaging: it asks about the person again and again");
    expect(out).toContain("it would have learnt whether the person is a customer");
    expect(out).toMatch(/ {2}held {3}averaging: measured 0\.\d\d, bound 0\.67 \(right \d+ times in \d+/);
    expect(out).toMatch(/ {2}tells {2}edge of the guard between lists: measured 1\.00, and nothing is promised/);
    expect(out).toMatch(/\nheld: no attack of 10 is beyond its bound, at an error of 0.000001 for each\n$/);
    const json = JSON.parse((await simulate("policies/suppression-only.json", "--worlds", "20", "--json")).out);
    expect(json).toMatchObject({ isHeld: true, partner: "your-company", on: "2026-11-26" });
    const verdicts = json.attacks.map(({ verdict }: { verdict: string }) => verdict);
    expect([verdicts.filter((one: string) => one === "held").length, verdicts.length]).toEqual([10, 12]);
  });

  test("prints the questions that leak, with exit code 5", async () => {
    const { exit, out } = await simulate("policies/exact-counts.json", "--worlds", "40");
    expect(exit).toBe(5);
    expect(out).toMatch(/LEAKS {2}threshold edge: measured 1.00, bound 0.24 \(right \d+ times in \d+\)/);
    expect(out).toContain("trusted-partner asks for overlap figures for insight: 100 shared, 300 in all");
    expect(out).toMatch(/\nleaks: \d+ of 19 attacks\n$/);
  });

  test("refuses what it cannot try: a broken file, a contract of others, a senseless number", async () => {
    const policy = JSON.parse(await readFile("policies/strict.json", "utf8"));
    const contract = JSON.parse(await readFile("partners/contracts/sunline-harbour.json", "utf8"));
    expect(await simulate(await written("unfit.json", { ...policy, defaults: { k: 1 } }))).toMatchObject({ exit: 1 });
    const others = await simulate("policies/strict.json", "--contract", await written("contract.json", contract));
    expect(others).toMatchObject({ exit: 1, out: "" });
    expect(others.err).toContain("the contract brings together no list of `your-company`");
    for (const worlds of ["0", "19", "many", "100001"])
      expect(await simulate("policies/strict.json", "--worlds", worlds)).toMatchObject({ exit: 2 });
  });
});
