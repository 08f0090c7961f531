// What a command is given of the world, what it answers, and how the answer is printed: text for people or exactly one
// JSON document, and an exit code that scripts can rely on.

import type { Command, OptionValues } from "commander";
import type { ProblemReply } from "../client/problem-reply.ts";
import type { Result } from "../domain/result.ts";
import { problemLines } from "./problem-lines.ts";

/** What happened, as an exit code. */
export const EXIT = { done: 0, failed: 1, usage: 2, denied: 3, waiting: 4, unverified: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The machine as commands see it; a test has one of its own. */
export type World = {
  readonly standardOutput: (text: string) => void;
  readonly standardError: (text: string) => void;
  /** Whether standard error is a terminal whose last line can be redrawn. */
  readonly isTerminal: boolean;
  /** Asks a person at the terminal; absent where nobody sits there. */
  readonly answer?: (question: string) => Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly clock: () => number;
  readonly random: (count: number) => Uint8Array;
};

/** One run of the program: its world and the exit code so far. */
export type Terminal = { readonly world: World; exit: ExitCode };

/** An answer: a value for programs, lines for people. `text` is a file's own; without a value it is JSON itself. */
export type Told =
  | { readonly json: unknown; readonly lines: readonly string[]; readonly exit?: ExitCode }
  | { readonly text: string; readonly json?: unknown };

/** Why there is no answer. */
export type Refusal = { readonly exit: ExitCode; readonly json: unknown; readonly lines: readonly string[] };

export type Outcome = Result<Told, Refusal>;

/** One call of a command: its operands in order and its options, those of the whole program among them. */
export type Call = { readonly operands: readonly string[]; readonly options: OptionValues };

/** Sets what a command does. */
export function act(terminal: Terminal, command: Command, run: (call: Call) => Promise<Outcome>): void {
  command.action(async () => {
    const options = command.optsWithGlobals();
    tell(terminal, await run({ operands: command.args, options }), options["json"] === true);
  });
}

/** Prints an outcome and notes its exit code. */
export function tell(terminal: Terminal, outcome: Outcome, isJson: boolean): void {
  const { standardOutput, standardError } = terminal.world;
  const told = outcome.ok ? outcome.value : outcome.error;
  if ("text" in told) {
    standardOutput(isJson && told.json !== undefined ? `${JSON.stringify(told.json)}\n` : told.text);
    return;
  }
  const forPeople = outcome.ok && !isJson ? standardOutput : standardError;
  if (told.lines.length > 0) forPeople(`${told.lines.join("\n")}\n`);
  if (isJson) standardOutput(`${JSON.stringify(told.json)}\n`);
  terminal.exit = told.exit ?? EXIT.done;
}

/** A problem that the room answered. */
export function refusedByRoom(problem: ProblemReply): Refusal {
  const { extra, status, type, kind, title, detail, next } = problem;
  const isDenied = kind === "not-permitted" || kind === "contract-not-in-force";
  const json = { ...extra, type, kind, title, status, detail, next };
  return { exit: isDenied ? EXIT.denied : EXIT.failed, json, lines: problemLines(problem) };
}

/** Something on this side is in the way. @param next  what to do about it */
export function failed(says: string, next?: string): Refusal {
  return refusal(EXIT.failed, says, next);
}

/** The command was called wrongly. */
export function misused(says: string, next?: string): Refusal {
  return refusal(EXIT.usage, says, next);
}

/** What was to be verified does not hold. */
export function unverified(says: string): Refusal {
  return refusal(EXIT.unverified, says, undefined);
}

function refusal(exit: ExitCode, says: string, next: string | undefined): Refusal {
  const lines = next === undefined ? [`error: ${says}`] : [`error: ${says}`, `next: ${next}`];
  return { exit, lines, json: next === undefined ? { error: says } : { error: says, next } };
}
