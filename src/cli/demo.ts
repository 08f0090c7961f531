// `concordat demo`: a room in a fresh directory, partners who walk the five journeys over its signed API, and what
// each of them learned.

import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { roomClient } from "../client/room-client.ts";
import { readConfig } from "../config.ts";
import { signingKeyFromJwk } from "../crypto/jwk.ts";
import type { RunningRoom } from "../main.ts";
import { ask } from "./demo/ask.ts";
import { type Cast, readCast } from "./demo/cast.ts";
import { consoleLinks } from "./demo/console-links.ts";
import { demoCast, writeExample } from "./demo/demo-partners.ts";
import { keepProfiles } from "./demo/kept-profiles.ts";
import { review } from "./demo/review.ts";
import { DemoFailure, needed, neededText, type Stage, seconds, stageOn, thousands } from "./demo/stage.ts";
import { agree, onboard, upload } from "./demo/walk.ts";
import { stopSignal } from "./serve.ts";

type Options = {
  readonly exit?: boolean;
  readonly rows: number;
  readonly partners?: string;
  readonly example?: string;
  readonly json?: boolean;
};

/** Adds the subcommand. */
export function addDemo(program: Command): void {
  program
    .command("demo")
    .summary("see a room at work: partners, contracts, lists, answers, a denial and the verified log")
    .description(
      "Starts a room with its own database in a fresh directory, brings in partners, and walks the five journeys " +
        "over the signed API.",
    )
    .option("--exit", "stop when done, instead of leaving the room running")
    .option("--rows <n>", "customers of each demo partner", wholeRows, 50_000)
    .option(
      "--partners <dir>",
      "your own: <dir>/<partner>/{partner,policy,schema}.json and customers.csv, <dir>/contract.json",
    )
    .option("--example <dir>", "write such a folder to start from, and stop")
    .option("--json", "print one JSON document with everything learned; the story goes to standard error")
    .action(async (options: Options) => {
      try {
        await (options.example === undefined ? demo(options) : example(options.example));
      } catch (failure) {
        if (!(failure instanceof DemoFailure)) throw failure;
        console.error(`the demo stops: ${failure.message}`);
        process.exitCode = 1;
      }
    });
}

function wholeRows(text: string): number {
  const rows = Number(text);
  if (Number.isSafeInteger(rows) && rows >= 100 && rows <= 20_000_000) return rows;
  throw new InvalidArgumentError("a whole number from 100 to 20,000,000");
}

async function example(folder: string): Promise<void> {
  const written = neededText(await writeExample(folder));
  for (const path of written) console.log(path);
  console.log(`\nrun it with: npx concordat demo --partners ${folder}`);
}

async function demo(options: Options): Promise<void> {
  const stage = stageOn(options.json === true ? process.stderr : process.stdout, Date.now);
  const own = options.partners === undefined ? null : neededText(await readCast(options.partners));
  const scratch = await mkdtemp(join(tmpdir(), "concordat-demo-"));
  const data = join(scratch, "room");
  try {
    const { discardRoom } = await import("../main.ts");
    const room = await openRoom(stage, data);
    try {
      const links = await perform(stage, { options, own, room, scratch });
      if (options.json === true) console.log(JSON.stringify(stage.summary(), null, 2));
      else closing(stage, room, { options, links });
      if (options.exit !== true) await stopSignal();
    } finally {
      await discardRoom(room);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function openRoom(stage: Stage, dataDirectory: string): Promise<RunningRoom> {
  const { runRoom } = await import("../main.ts");
  const started = Date.now();
  const config = readConfig({ PORT: "0", LOG_LEVEL: "error", ...process.env, CONCORDAT_DATA: dataDirectory });
  if (!config.ok) throw new DemoFailure(config.error.join("; "));
  const room = await runRoom(config.value, { onFreshDatabase: true });
  if (!room.ok) throw new DemoFailure(room.error.join("; "));
  const where = config.value.databaseUrl === null ? "its own database" : "a fresh database on DATABASE_URL";
  stage.say(`A room at ${room.value.publicOrigin}, on ${where}, started in ${seconds(Date.now() - started)}.`);
  return room.value;
}

type Performance = {
  readonly options: Options;
  readonly own: Cast | null;
  readonly room: RunningRoom;
  readonly scratch: string;
};

async function perform(stage: Stage, { options, own, room, scratch }: Performance): Promise<readonly string[]> {
  const operatorKey = signingKeyFromJwk(JSON.parse(await readFile(room.operatorKeyPath, "utf8")));
  if (!operatorKey.ok) throw new DemoFailure("the operator's key does not read");
  const lists = join(scratch, "lists");
  await mkdir(lists, { mode: 0o700 });
  const cast = own ?? neededText(await demoCast(stage, lists, options.rows));
  const signing = { clock: Date.now, random: (count: number) => randomBytes(count), publicOrigin: room.publicOrigin };
  const theatre = { stage, url: room.url, signing, operatorKey: operatorKey.value, scratch: lists };
  const actors = await onboard(theatre, cast);
  await agree(theatre, actors, cast.contracts);
  await upload(theatre, actors);
  await rm(lists, { recursive: true, force: true });
  const releases = await ask(stage, actors, cast.contracts);
  const auditor = [...actors.values()].find(({ manifest }) => manifest.id === releases[0]?.recipient);
  if (auditor === undefined) throw new DemoFailure("no contract permits any answer, so there is nothing to review");
  const given = releases.filter((release) => release.recipient === auditor.manifest.id);
  await review({ stage, url: room.url, auditor, releases: given, keepIn: options.exit === true ? null : scratch });
  needed(await auditor.client.call((api) => api.GET("/v1/budget")), "reading the budget");
  if (options.exit === true) return [];
  const operator = roomClient({ url: room.url, ...signing, key: operatorKey.value });
  const links = await consoleLinks(auditor, operator, room.publicOrigin);
  const folder = join(scratch, "config");
  return [...links, ...(await keepProfiles({ room, actors, first: auditor, folder }))];
}

type Closing = { readonly options: Options; readonly links: readonly string[] };

function closing(stage: Stage, room: RunningRoom, { options, links }: Closing): void {
  const { seconds: times } = stage.summary();
  const all = typeof times === "object" && times !== null && "all" in times ? Number(times.all) : 0;
  const size = options.partners === undefined ? ` with ${thousands(options.rows)} rows a partner` : "";
  stage.say(`\nThe five journeys took ${all.toFixed(1)} s${size}.`);
  if (options.exit === true) return;
  stage.say(
    `The room runs at ${room.publicOrigin}: the API is described at ${room.publicOrigin}/docs. Stop it with Ctrl-C;`,
  );
  stage.say("what it holds is a demonstration's, and goes with it.");
  for (const line of links) stage.say(line);
}
