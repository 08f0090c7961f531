// The demonstration as anybody runs it: a process of its own with a database of its own. What README.md shows of it is
// what it prints.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../program.ts";
import { wrapped } from "./stage.ts";

const { DATABASE_URL: _, ...env } = process.env;
const ROOM = spawn(process.execPath, ["scripts/concordat.mjs", "demo", "--rows", "1000"], {
  env,
  stdio: ["ignore", "pipe", "inherit"],
});
const LAST_LINE = /^ {3}npx concordat witness .*\n/m;
let printed = "";

beforeAll(async () => {
  for await (const piece of ROOM.stdout.iterator({ destroyOnReturn: false })) {
    printed += String(piece);
    if (LAST_LINE.test(printed)) break;
  }
});
afterAll(() => ROOM.kill("SIGKILL"));

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
    const told = printed.slice(printed.indexOf("\n4. Ask"), printed.indexOf("\n5. Review"));
    expect(told).not.toMatch(/sunline-holidays|harbour-yachts|meridian-bank|volt-electronics/);
  });
});

describe("what the demo leaves running", () => {
  const folderSaid = () => /export XDG_CONFIG_HOME=(.+)/.exec(printed)?.[1] ?? "";
  const asked = async (...argv: readonly string[]) => {
    let out = "";
    const keep = (piece: string) => {
      out += piece;
    };
    const world = {
      standardOutput: keep,
      standardError: keep,
      isTerminal: false,
      environment: { XDG_CONFIG_HOME: folderSaid() },
      home: "/nonexistent",
      clock: () => Date.now(),
      random: (count: number) => randomBytes(count),
    };
    return { exit: await runProgram(argv, world, []), out };
  };

  it("answers on the command line as whoever reviewed the log, as other partners, and as the operator", async () => {
    expect(await asked("contract", "list")).toMatchObject({ exit: 0, out: expect.stringContaining("sunline-harbour") });
    const others = /witness --profile (\S+) +# or (.+)/.exec(printed)?.slice(1).join(", ").split(", ") ?? [];
    expect(others.sort()).toEqual(["harbour-yachts", "meridian-bank", "operator", "volt-electronics"]);
    for (const profile of others) {
      expect(await asked("partner", "list", "--profile", profile), profile).toMatchObject({ exit: 0 });
    }
    const round = await asked("witness", "--once", "--profile", "harbour-yachts");
    expect(round).toMatchObject({ exit: 0, out: expect.stringMatching(/^cosigned: \d+ entries, as harbour-yachts/) });
  });

  it("goes when it is told to, with all of it", async () => {
    const folder = folderSaid();
    expect(existsSync(folder)).toBe(true);
    ROOM.kill("SIGINT");
    const [rest, [code]] = await Promise.all([text(ROOM.stdout), once(ROOM, "exit")]);
    expect([code, rest, existsSync(folder)]).toEqual([0, "", false]);
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
