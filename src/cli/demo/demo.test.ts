// The demonstration as anybody runs it: a process of its own with a database of its own. What README.md shows of it is
// what it prints.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { wrapped } from "./stage.ts";

const run = promisify(execFile);
const DEMO = ["scripts/concordat.mjs", "demo", "--exit", "--rows", "1000"];
let printed = "";

beforeAll(async () => {
  const { DATABASE_URL: _, ...env } = process.env;
  const { stdout } = await run(process.execPath, DEMO, { env });
  printed = stdout;
}, 60_000);

function blockUnder(heading: string, page: string): string {
  const [, after = ""] = page.split(heading);
  const [, block = ""] = after.split(/```(?:text\n)?/);
  return block;
}

/** Names of fields and cases, digests, pointers and references: nothing of which people read. */
const FOR_PROGRAMS = /[a-z][A-Z]|\b[0-9a-f]{8}|\/[a-z]|[a-z]\/|[`_{]/;

describe("the demo", () => {
  it("shows contract, label and denial word for word as README.md does, and none needs a program's words", async () => {
    const readme = await readFile("README.md", "utf8");
    for (const heading of ["The contract, as it is signed", "Before a question", "A denial"]) {
      const shown = blockUnder(`**${heading}.**`, readme);
      expect(shown.length, heading).toBeGreaterThan(500);
      expect(printed, heading).toContain(shown);
      expect(shown).not.toMatch(FOR_PROGRAMS);
    }
  });

  it("walks all five journeys: a label, a table, an approval, a budget that runs out, a verified log", () => {
    for (const told of [
      /asks for a table\n/,
      /Volt Electronics approves: answered and charged at that moment\n/,
      /more answers, and then: the privacy budget of Harbour Yachts' list “customers” for you in 90 days/,
      /what was answered before is still given, at no cost\n/,
      /\n {3}log verified\n/,
    ])
      expect(printed).toMatch(told);
  });

  it("names companies in all that it tells of answers, never their ids", () => {
    const told = printed.slice(printed.indexOf("\n4. Ask"));
    expect(told).not.toMatch(/sunline-holidays|harbour-yachts|meridian-bank|volt-electronics/);
  });
});

describe("a sentence on a terminal", () => {
  it("goes on under where it began, a point of a list under its text, and loses no word", () => {
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
    for (const indent of ["", "     ", "     - "]) {
      const lines = wrapped(`${indent}${words}`);
      expect(lines.length).toBeGreaterThan(3);
      expect(lines.every((line) => line.length <= 110)).toBe(true);
      expect(lines.slice(1).every((line) => line.startsWith(`${" ".repeat(indent.length)}word`))).toBe(true);
      expect(lines.map((line) => line.slice(indent.length)).join(" ")).toBe(words);
    }
    expect(wrapped("short")).toEqual(["short"]);
  });
});
