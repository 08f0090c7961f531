// A command's connection to its room: the profile in force, its key read, the client made.

import type { Command } from "commander";
import { noAnswer, type ProblemReply } from "../client/problem-reply.ts";
import { type RoomClient, roomClient } from "../client/room-client.ts";
import type { SigningKey } from "../crypto/jwk.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { readKey } from "./key-file.ts";
import { type ChosenProfile, chooseProfile } from "./profiles.ts";
import { act, type Call, type Outcome, type Refusal, refusedByRoom, type Terminal, type Told } from "./terminal.ts";

/** Who asks, where, and the client that signs for it. */
export type Session = { readonly profile: ChosenProfile; readonly key: SigningKey; readonly client: RoomClient };

export type SessionCall = Call & { readonly session: Session; readonly terminal: Terminal };

/** Sets what a command does that needs the room. */
export function actInRoom(terminal: Terminal, command: Command, run: (call: SessionCall) => Promise<Outcome>): void {
  act(terminal, command, async (call) => {
    const session = await openSession(terminal, call.options);
    return session.ok ? run({ ...call, session: session.value, terminal }) : session;
  });
}

/** The session of the profile in force. */
export async function openSession({ world }: Terminal, options: unknown): Promise<Result<Session, Refusal>> {
  const profile = await chooseProfile(world, options);
  if (!profile.ok) return profile;
  const key = await readKey(profile.value.key);
  if (!key.ok) return key;
  return ok({ profile: profile.value, key: key.value, client: clientOf(world, profile.value.url, key.value) });
}

type Chance = Pick<Terminal["world"], "clock" | "random">;

/** A client of a room, signing with a key. */
export function clientOf({ clock, random }: Chance, url: string, key: SigningKey): RoomClient {
  return roomClient({ url, key, clock, random });
}

/** A room's answer as an outcome: what to tell of it, or the problem. */
export function told<Reply>(answer: Result<Reply, ProblemReply>, tell: (reply: Reply) => Told): Outcome {
  return answer.ok ? ok(tell(answer.value)) : err(refusedByRoom(answer.error));
}

type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null };

/** Every item of a list, page by page. */
export async function everyItem<Item>(
  page: (after: { readonly after?: string }) => Promise<Result<Page<Item>, ProblemReply>>,
): Promise<Result<Item[], Refusal>> {
  const items: Item[] = [];
  let after: { readonly after?: string } = {};
  for (;;) {
    const answer = await page(after);
    if (!answer.ok) return err(refusedByRoom(answer.error));
    items.push(...answer.value.items);
    if (answer.value.next === null) return ok(items);
    after = { after: answer.value.next };
  }
}

/** What a room shows to anybody, without a signature. */
export async function readOpenly(url: string, path: string): Promise<Result<unknown, Refusal>> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, "")}${path}`);
    return ok(await response.json());
  } catch (error) {
    return err(refusedByRoom(noAnswer(url, error)));
  }
}
