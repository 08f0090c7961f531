// The commands against a real room: a company comes in, agrees, uploads, asks and verifies, by command lines alone.

import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeCustomers } from "../../partners/generate.ts";
import { startTestRoom, type TestRoom } from "../testing/room.ts";
import { runProgram } from "./program.ts";

type Ran = { readonly exit: number; readonly out: string; readonly err: string };

const SUNLINE = "sunline-holidays";
const HARBOUR = "harbour-yachts";
const ROWS = 3_000;

let folder = "";
let room: TestRoom;

async function concordat(...argv: string[]): Promise<Ran> {
  let out = "";
  let err = "";
  const world = {
    standardOutput: (text: string) => {
      out += text;
    },
    standardError: (text: string) => {
      err += text;
    },
    isTerminal: false,
    environment: {},
    home: folder,
    clock: () => Date.now(),
    random: (count: number) => randomBytes(count),
  };
  const exit = await runProgram(argv, world, []);
  return { exit, out, err };
}

async function done(...argv: string[]): Promise<string> {
  const ran = await concordat(...argv);
  expect(`${ran.exit} ${ran.err}`, argv.join(" ")).toMatch(/^0 /);
  return ran.out;
}

async function json(...argv: string[]): Promise<ReturnType<typeof JSON.parse>> {
  return JSON.parse(await done("--json", ...argv));
}

function operator(...argv: string[]): string[] {
  return ["--url", room.url, "--partner", "operator", "--key", room.operatorKeyPath, ...argv];
}

function as(partner: string, ...argv: string[]): string[] {
  return ["--profile", partner, ...argv];
}

async function comeIn(partner: string): Promise<void> {
  const { code } = await json(...operator("partner", "add", `partners/${partner}/partner.json`));
  await done("enrol", code, "--url", room.url, "--partner", partner);
  await done(...as(partner, "policy", "put", `partners/${partner}/policy.json`));
  await done(...as(partner, "dataset", "create", `partners/${partner}/schema.json`));
}

async function rawList(partner: string): Promise<string> {
  const path = join(folder, `${partner}.csv`);
  await writeCustomers({ partner, rows: ROWS, seed: 7, out: path });
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "concordat-cli-"));
  room = await startTestRoom();
});

afterAll(async () => {
  await room?.discard();
  await rm(folder, { recursive: true, force: true });
});

describe("two partners and a room", () => {
  test("come in, agree, upload, ask and verify", async () => {
    await comeIn(SUNLINE);
    await comeIn(HARBOUR);
    const offered = await json(...as(SUNLINE, "contract", "propose", "partners/contracts/sunline-harbour.json"));
    console.log(await done(...as(SUNLINE, "contract", "show", "sunline-harbour", "--plain")));
    const first = await concordat(...as(SUNLINE, "contract", "sign", offered.id.slice(0, 8)));
    expect(first.exit).toBe(4);
    console.log(first.out);
    console.log(await done(...as(HARBOUR, "contract", "sign", "sunline-harbour")));
    console.log(await done(...as(HARBOUR, "contract", "list")));
    for (const partner of [SUNLINE, HARBOUR]) {
      const ran = await concordat(...as(partner, "upload", "customers", await rawList(partner)));
      console.log(ran.out, ran.err);
      expect(ran.exit).toBe(0);
    }
    const out = join(folder, "overlap.json");
    console.log(await done(...as(SUNLINE, "overlap", "--contract", "sunline-harbour", "--explain")));
    console.log(await done(...as(SUNLINE, "overlap", "--contract", "sunline-harbour", "-o", out)));
    console.log(await done(...as(SUNLINE, "receipt", "verify", out)));
    const rows = join(folder, "rows.csv");
    console.log(
      await done(
        ...as(
          SUNLINE,
          "audience",
          "--contract",
          "sunline-harbour",
          "--rows",
          rows,
          "--where",
          "harbour.tier in (silver,gold,platinum)",
        ),
      ),
    );
    console.log(await done(...as(HARBOUR, "budget")));
    console.log(await done(...as(HARBOUR, "releases")), await done(...as(SUNLINE, "releases")));
    const denied = await concordat(...as(HARBOUR, "audience", "--contract", "sunline-harbour", "--channel", "email"));
    console.log(denied);
    console.log(await done(...as(HARBOUR, "audit", "list")));
    const kept = join(folder, "kept.txt");
    await done(...as(HARBOUR, "audit", "checkpoint", "-o", kept));
    const log = join(folder, "log.json");
    await done(...as(HARBOUR, "audit", "export", "-o", log, "--checkpoint", kept));
    console.log(await done(...as(HARBOUR, "audit", "verify", log, "--checkpoint", kept)));
    console.log(await done(...as(HARBOUR, "audit", "key")));
  });
});
