// The `concordat` program: its commands, its options, and the one boundary at which whatever goes wrong becomes a
// sentence and an exit code, never a stack trace.

import { Command, CommanderError } from "commander";
import { addApprovals } from "./approvals.ts";
import { addAudit } from "./audit.ts";
import { addContract } from "./contract.ts";
import { addDataset } from "./dataset.ts";
import { addExposure } from "./exposure.ts";
import { reasonOf } from "./files.ts";
import { addHash } from "./hash.ts";
import { addKeys } from "./keys.ts";
import { addEnrol, addPartners } from "./partner.ts";
import { addPolicy } from "./policy.ts";
import { addQuestions } from "./questions.ts";
import { addReceipt } from "./receipt.ts";
import { addBudget, addReleases } from "./releases.ts";
import { addRoom } from "./room.ts";
import { addSubject } from "./subject.ts";
import { EXIT, type ExitCode, failed, misused, type Terminal, tell, type World } from "./terminal.ts";
import { addUpload } from "./upload.ts";
import { addUser } from "./user.ts";
import { addWitness } from "./witness.ts";

/** Commands that are not a client's: those that run a room. */
export type AddCommands = (program: Command, terminal: Terminal) => void;

/**
 * Runs one command line.
 * @param argv  without the program's own name
 * @returns how it ended; nothing is thrown
 */
export async function runProgram(
  argv: readonly string[],
  world: World,
  rooms: readonly AddCommands[],
): Promise<ExitCode> {
  const terminal: Terminal = { world, exit: EXIT.done };
  const program = newProgram(terminal, rooms);
  const isJson = argv.includes("--json");
  try {
    await program.parseAsync(operandsLast(argv), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      tell(terminal, { ok: false, error: failed(`the command broke off: ${reasonOf(error)}`) }, isJson);
    } else if (error.exitCode !== 0) {
      const isHelp = error.code === "commander.help";
      const says = isHelp ? "no command is given" : error.message.replace(/^error: /, "");
      tell(terminal, { ok: false, error: misused(says, `see \`${helpFor(program, argv)}\``) }, isJson);
    }
  }
  return terminal.exit;
}

// The help of the command that was meant, as far as the words name one.
function helpFor(program: Command, argv: readonly string[]): string {
  let meant = program;
  const names = [program.name()];
  for (const word of argv) {
    const next = meant.commands.find((command) => command.name() === word);
    if (next === undefined) continue;
    meant = next;
    names.push(word);
  }
  return `${names.join(" ")} --help`;
}

// One thumbprint in 64 begins with a hyphen (RFC 7638 thumbprints are base64url) and would be read as options. It goes
// behind `--`, unless it is what an option with a value was given.
function operandsLast(argv: readonly string[]): readonly string[] {
  const isOperand = (word: string, at: number) =>
    /^-[\w-]{42}$/.test(word) && (argv[at - 1] === "--json" || !(argv[at - 1] ?? "").startsWith("--"));
  if (argv.includes("--") || !argv.some(isOperand)) return argv;
  return [...argv.filter((word, at) => !isOperand(word, at)), "--", ...argv.filter(isOperand)];
}

function newProgram(terminal: Terminal, rooms: readonly AddCommands[]): Command {
  const program = new Command("concordat");
  configure(program, terminal);
  program.hook("preAction", shareOptions);
  for (const add of rooms) add(program, terminal);
  addKeys(program, terminal);
  addPartners(program, terminal);
  addEnrol(program, terminal);
  addUser(program, terminal);
  addPolicy(program, terminal);
  addExposure(program, terminal);
  addContract(program, terminal);
  addDataset(program, terminal);
  addHash(program, terminal);
  addUpload(program, terminal);
  addQuestions(program, terminal);
  addApprovals(program, terminal);
  addReleases(program, terminal);
  addBudget(program, terminal);
  addSubject(program, terminal);
  addAudit(program, terminal);
  addReceipt(program, terminal);
  addWitness(program, terminal);
  addRoom(program, terminal);
  return program;
}

// An option that both the program and a command have is read by the program wherever it stands; the command gets it
// too.
function shareOptions(program: Command, command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    const value: unknown = program.getOptionValue(name);
    if (value !== undefined) command.setOptionValue(name, value);
  }
}

// A command inherits how it prints and leaves from its parent at the moment it is made, so this comes first.
function configure(program: Command, { world }: Terminal): void {
  program
    .description("A data clean room: signed contracts, own sharing rules, measured privacy, a log anyone can verify.")
    .option("--profile <name>", "the profile to use (CONCORDAT_PROFILE)")
    .option("--url <url>", "the room (CONCORDAT_URL)")
    .option("--partner <id>", "who asks (CONCORDAT_PARTNER)")
    .option("--key <file>", "private key to sign with, a JWK of mode 0600 (CONCORDAT_KEY)")
    .option("--json", "print one JSON document on standard output and nothing else")
    .exitOverride()
    .showHelpAfterError(false)
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .configureOutput({
      writeOut: world.standardOutput,
      // The boundary tells of wrong usage itself; help asked for by mistake is still worth reading.
      writeErr: (text) => {
        if (!text.startsWith("error:")) world.standardError(text);
      },
    })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 denied by policy or contract,\n" +
        "4 waiting for a signature or an approval, 5 verification failed.",
    );
}
