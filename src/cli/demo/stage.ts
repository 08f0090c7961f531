// What a demonstration speaks with: lines for people as things happen, and one summary for programs at the end.

import type { ProblemReply } from "../../client/problem-reply.ts";
import type { Result } from "../../domain/result.ts";

/** Ends a demonstration with a sentence; not a bug. */
export class DemoFailure extends Error {
  override readonly name = "DemoFailure";
}

export type Stage = {
  /** A line for people. */
  readonly say: (line?: string) => void;
  /** A sentence for people, wrapped under where it begins. */
  readonly tell: (sentence: string) => void;
  /** A heading, with the time since the one before noted in the summary. */
  readonly act: (title: string) => void;
  /** A line that is replaced by the next one, on a terminal alone. */
  readonly hint: (line: string) => void;
  /** Notes something for the summary. */
  readonly note: (name: string, value: unknown) => void;
  readonly summary: () => Record<string, unknown>;
};

/** Speaks on one stream; `isLive` where lines may be redrawn. */
export function stageOn(stream: NodeJS.WriteStream, clock: () => number): Stage {
  const notes: Record<string, unknown> = {};
  const times: Record<string, number> = {};
  const started = clock();
  let current: { title: string; at: number } | null = null;
  const isLive = stream.isTTY === true;
  const clear = isLive ? "\r\u001b[2K" : "";
  const close = () => {
    if (current !== null) times[current.title] = (clock() - current.at) / 1_000;
    current = null;
  };
  return {
    say: (line = "") => void stream.write(`${clear}${line}\n`),
    tell: (sentence) => void stream.write(`${clear}${wrapped(sentence).join("\n")}\n`),
    hint: (line) => void (isLive && stream.write(`${clear}${line}`)),
    act: (title) => {
      close();
      current = { title, at: clock() };
      stream.write(`${clear}\n${title}\n`);
    },
    note: (name, value) => {
      notes[name] = value;
    },
    summary: () => {
      close();
      return { ...notes, seconds: { ...times, all: (clock() - started) / 1_000 } };
    },
  };
}

/** The value of a call to the room, or the end of the demonstration with what the room said. */
export function needed<Value>(outcome: Result<Value, ProblemReply>, doing: string): Value {
  if (outcome.ok) return outcome.value;
  const { detail, next } = outcome.error;
  throw new DemoFailure(`${doing}: ${detail}${next === "" ? "" : `; ${next}`}`);
}

/** The same for outcomes whose refusal is a sentence. */
export function neededText<Value>(outcome: Result<Value, string>): Value {
  if (outcome.ok) return outcome.value;
  throw new DemoFailure(outcome.error);
}

const WIDTH = 110;

/** A sentence in lines of at most 110 characters, unless a word is longer; further ones begin where it does. */
export function wrapped(sentence: string): string[] {
  const [indent = ""] = /^ *(?:- )?/.exec(sentence) ?? [];
  const lines: string[] = [];
  let line = indent;
  for (const word of sentence.slice(indent.length).split(" ")) {
    const isFirst = line.length === indent.length;
    if (!isFirst && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = " ".repeat(indent.length) + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** `12,345`. */
export function thousands(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1.2 s`. */
export function seconds(millis: number): string {
  return `${(millis / 1_000).toFixed(1)} s`;
}
