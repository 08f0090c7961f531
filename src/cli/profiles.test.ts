import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { forgetOpenUpload, keepUpload, openUploadOf } from "./open-uploads.ts";
import { chooseProfile, keepProfile } from "./profiles.ts";
import { runProgram } from "./program.ts";
import type { World } from "./terminal.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "concordat-profiles-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function world(environment: World["environment"] = {}): World {
  return {
    standardOutput: () => {},
    standardError: () => {},
    isTerminal: false,
    environment: { XDG_CONFIG_HOME: folder, ...environment },
    home: "/nowhere",
    clock: () => 0,
    random: (count) => new Uint8Array(count),
  };
}

const SUNLINE = { url: "https://room.example", partner: "sunline-holidays", key: "/k/sunline.jwk", roomKey: "room+k" };
const HARBOUR = { url: "https://room.example", partner: "harbour-yachts", key: "/k/harbour.jwk", roomKey: "room+k" };

async function chosen(options: object, environment: World["environment"] = {}): Promise<unknown> {
  const profile = await chooseProfile(world(environment), options);
  return profile.ok ? profile.value : profile.error.exit;
}

describe("a command that is called wrongly", () => {
  test.each([
    [
      ["contract", "list", "--url", "127.0.0.1:7443", "--partner", "x", "--key", "k"],
      "is not a web address",
      "https://",
    ],
    [["enrol", "sunline", "--url", "https://room.example"], "is no enrolment code", "partner add"],
    [["dataset", "versions"], "missing required argument", "`concordat dataset versions --help`"],
    [["nonsense"], "unknown command", "`concordat --help`"],
  ])("%j is told what is wrong and where to look, before anything is sent", async (argv, says, next) => {
    let err = "";
    const standardError = (text: string) => {
      err += text;
    };
    expect(await runProgram(argv, { ...world(), standardError }, [])).toBe(2);
    expect(err).toMatch(/^error: .*\nnext: .*\n$/);
    expect([err.includes(says), err.includes(next)], err).toEqual([true, true]);
  });
});

describe("profiles", () => {
  beforeEach(async () => {
    await keepProfile(world(), "sunline", SUNLINE);
    await keepProfile(world(), "harbour", HARBOUR);
  });

  test("are kept in a file that nobody else may read, the first of them current", async () => {
    expect((await stat(join(folder, "concordat", "profiles.json"))).mode & 0o777).toBe(0o600);
    expect(await chosen({})).toEqual({ name: "sunline", ...SUNLINE });
    expect(await chosen({ profile: "harbour" })).toEqual({ name: "harbour", ...HARBOUR });
  });

  test("give way to the environment, and that to options", async () => {
    expect(await chosen({}, { CONCORDAT_PROFILE: "harbour" })).toMatchObject({ name: "harbour" });
    const environment = { CONCORDAT_PARTNER: "meridian-bank", CONCORDAT_KEY: "/k/bank.jwk" };
    expect(await chosen({}, environment)).toMatchObject({ name: null, partner: "meridian-bank", key: "/k/bank.jwk" });
    expect(await chosen({ partner: "operator" }, environment)).toMatchObject({ partner: "operator" });
  });

  test("hold as they stand when one is named, whatever the environment says", async () => {
    const environment = { CONCORDAT_URL: "https://other.example", CONCORDAT_KEY: "/k/other.jwk" };
    expect(await chosen({ profile: "harbour" }, environment)).toEqual({ name: "harbour", ...HARBOUR });
  });

  test("never lend a pinned key to another room", async () => {
    expect(await chosen({ url: "https://other.example" })).not.toHaveProperty("roomKey");
  });

  test("are wrong usage when there is none, and refused when their file is damaged", async () => {
    expect(await chosen({ profile: "bank" })).toBe(2);
    expect(await chosen({}, { XDG_CONFIG_HOME: join(folder, "empty") })).toBe(2);
    await writeFile(join(folder, "concordat", "profiles.json"), "{}");
    expect(await chosen({})).toBe(1);
  });
});

describe("uploads that were begun", () => {
  const place = {
    url: "https://room.example",
    partner: "sunline-holidays",
    dataset: "customers",
    change: "replace" as const,
    digest: "a".repeat(64),
  };

  test("are found again by room, partner, dataset, change and list alone, until they are done", async () => {
    await keepUpload(world(), place, "upl_1");
    expect(await openUploadOf(world(), place)).toEqual({ ok: true, value: "upl_1" });
    const others = [{ url: "https://b.example" }, { partner: "b" }, { dataset: "b" }, { digest: "b" }];
    for (const other of [...others, { change: "delete" as const }]) {
      expect(await openUploadOf(world(), { ...place, ...other })).toEqual({ ok: true, value: undefined });
    }
    await keepUpload(world(), { ...place, digest: "c" }, "upl_2");
    await forgetOpenUpload(world(), "upl_2");
    expect(await openUploadOf(world(), { ...place, digest: "c" })).toEqual({ ok: true, value: undefined });
    expect(await openUploadOf(world(), place)).toEqual({ ok: true, value: "upl_1" });
    await keepUpload(world(), place, null);
    expect(await openUploadOf(world(), place)).toEqual({ ok: true, value: undefined });
  });
});
