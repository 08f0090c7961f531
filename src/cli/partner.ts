// `concordat partner` and `concordat enrol`: how a company comes into the room.

import type { Command } from "commander";
import { z } from "zod";
import { formatLogKey } from "../crypto/log-key.ts";
import { manifestSchema } from "../domain/partner/manifest.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { aligned } from "./figures.ts";
import { readKey } from "./key-file.ts";
import { makeOwnKey } from "./keys.ts";
import { isWebAddress, keepProfile, placeOptions } from "./profiles.ts";
import { readRoomKey } from "./room-key.ts";
import { actInRoom, clientOf, everyItem, type SessionCall, told } from "./session.ts";
import { act, type Call, misused, type Outcome, type Refusal, refusedByRoom, type Terminal } from "./terminal.ts";

export function addPartners(program: Command, terminal: Terminal): void {
  const partner = describe(program.command("partner"), "bring companies into the room, and see who is in it");
  actInRoom(
    terminal,
    describe(partner.command("add <manifest>"), "bring a partner in and print its enrolment code (operator)", [
      "concordat partner add partners/sunline-holidays/partner.json --partner operator --key operator.jwk",
    ]),
    addOne,
  );
  actInRoom(
    terminal,
    describe(
      partner.command("remove <partner>"),
      "leave the room for good, or remove a partner (operator): contracts end, all data become unreadable",
      ["concordat partner remove sunline-holidays --for-ever"],
    ).option("--for-ever", "yes: nothing brings it back, no backup either, and nobody gets its id again"),
    removeOne,
  );
  actInRoom(terminal, describe(partner.command("list"), "show who is in the room", ["concordat partner list"]), list);
}

export function addEnrol(program: Command, terminal: Terminal): void {
  const command = describe(
    program.command("enrol <code>"),
    "register your first key with the code that the operator gave you, and keep the profile",
    ["concordat enrol CODE --url https://room.example --partner sunline-holidays"],
  );
  act(terminal, command, (call) => enrol(terminal, call));
}

async function addOne({ session, operands }: SessionCall): Promise<Outcome> {
  const manifest = await documentAt(operands[0], manifestSchema);
  if (!manifest.ok) return manifest;
  const added = await session.client.call((api) => api.POST("/v1/partners", { body: manifest.value }));
  return told(added, ({ partner, code, expiresAt }) => ({
    json: { partner, code, expiresAt },
    lines: [
      `${partner} is in the room; its enrolment code is good once, until ${expiresAt}`,
      "next: hand it over privately; with it the partner runs",
      `  concordat enrol ${code} --url ${session.client.url}`,
    ],
  }));
}

const removalOptions = z.looseObject({ forEver: z.boolean().optional() });

async function removeOne({ session, operands, options }: SessionCall): Promise<Outcome> {
  const [partner = ""] = operands;
  if (removalOptions.parse(options).forEver !== true) {
    return err(misused(`this ends every contract of ${partner} and destroys its data key`, "say --for-ever if so"));
  }
  const removed = await session.client.call((api) =>
    api.DELETE("/v1/partners/{partner}", { params: { path: { partner } } }),
  );
  return told(removed, (row) => ({
    json: row,
    lines: [
      `${row.id} left the room at ${row.leftAt ?? ""}: its keys sign nothing more, its data key is destroyed`,
      "the certificate is the entry `data-key-destroyed` of the log; the operator can export and verify it",
    ],
  }));
}

async function list({ session }: SessionCall): Promise<Outcome> {
  const partners = await everyItem((after) =>
    session.client.call((api) => api.GET("/v1/partners", { params: { query: after } })),
  );
  if (!partners.ok) return partners;
  const rows = partners.value.map(({ id, name, industry, datasets }) => [
    id,
    name,
    industry,
    datasets.map((dataset) => dataset.name).join(", "),
  ]);
  return ok({ json: partners.value, lines: aligned([["partner", "name", "industry", "lists"], ...rows]) });
}

async function enrol(terminal: Terminal, { operands, options }: Call): Promise<Outcome> {
  const [code = ""] = operands;
  const place = enrolmentPlace(terminal, code, options);
  if (!place.ok) return place;
  const { url, partner, name, keyFile } = place.value;
  const roomKey = await readRoomKey(url);
  if (!roomKey.ok) return roomKey;
  const own = keyFile === undefined ? await makeOwnKey(terminal.world, undefined) : await keyAt(keyFile);
  if (!own.ok) return own;
  const { key, path } = own.value;
  const enrolled = await clientOf(terminal.world, url, key).call((api) =>
    api.POST("/v1/partners/{partner}/keys", {
      params: { path: { partner } },
      body: { jwk: { ...key.publicKey.jwk }, code },
    }),
  );
  if (!enrolled.ok) return err(refusedByRoom(enrolled.error));
  const profile = { url, partner, key: path, roomKey: formatLogKey(roomKey.value) };
  const kept = await keepProfile(terminal.world, name, profile);
  if (!kept.ok) return kept;
  const lines = [
    `enrolled: ${partner} at ${url}, key ${enrolled.value.thumbprint}`,
    `profile:  ${name}, private key in ${path}`,
    `the room's key, pinned: ${profile.roomKey}`,
    "next: `concordat policy put FILE`, then `concordat dataset create FILE`",
  ];
  return ok({ json: { profile: name, ...profile, thumbprint: enrolled.value.thumbprint }, lines });
}

type EnrolmentPlace = {
  readonly url: string;
  readonly partner: string;
  readonly name: string;
  readonly keyFile: string | undefined;
};

const CODE_FORM =
  "give it whole, as the operator had it from `concordat partner add`: an id, a full stop, and a secret";

// A code begins with the id of the partner whose it is.
function enrolmentPlace({ world }: Terminal, code: string, options: unknown): Result<EnrolmentPlace, Refusal> {
  const given = placeOptions.parse(options);
  const url = given.url ?? world.environment["CONCORDAT_URL"];
  const [owner] = code.split(".");
  const partner = given.partner ?? world.environment["CONCORDAT_PARTNER"] ?? owner;
  if (url === undefined) return err(misused("which room is it?", "say --url URL"));
  if (partner === undefined || partner === "") return err(misused("the enrolment code is empty"));
  if (!/^[^.]+\..{8,}$/.test(code)) return err(misused(`\`${code}\` is no enrolment code`, CODE_FORM));
  if (!isWebAddress(url)) return err(misused(`\`${url}\` is not a web address`));
  const keyFile = given.key ?? world.environment["CONCORDAT_KEY"];
  return ok({ url: url.replace(/\/+$/, ""), partner, name: given.profile ?? partner, keyFile });
}

async function keyAt(path: string): ReturnType<typeof makeOwnKey> {
  const key = await readKey(path);
  return key.ok ? ok({ key: key.value, path }) : key;
}
