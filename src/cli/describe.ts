// How a command presents itself: one sentence in the list, the same sentence and an example in its own help.

import type { Command } from "commander";

/** Gives a command its sentence and its examples. */
export function describe(command: Command, sentence: string, examples: readonly string[] = []): Command {
  command.summary(sentence).description(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`);
  if (examples.length === 0) return command;
  const lines = examples.map((example) => `  ${example}`).join("\n");
  return command.addHelpText("after", `\nExample:\n${lines}`);
}
