// `concordat explain`, `overlap` and `audience`: what a question would tell and cost, and asking it.

import type { Command } from "commander";
import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import { questionSchema } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { audienceQuestion, type Frame, overlapQuestion, type Question, questionOptions } from "./ask.ts";
import { documentOf, findContract } from "./contract-ids.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { writePrivately } from "./files.ts";
import { chargeLines, releaseLines } from "./release-lines.ts";
import { saveRows } from "./releases.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { EXIT, misused, type Outcome, type Refusal, refusedByRoom, type Terminal } from "./terminal.ts";

type Explanation = components["schemas"]["Explanation"];

const outOptions = z.object({
  out: z.string().optional(),
  rows: z.string().optional(),
  explain: z.boolean().optional(),
});

export function addQuestions(program: Command, terminal: Terminal): void {
  actInRoom(
    terminal,
    describe(
      program.command("explain <file>"),
      "say what a question would tell and cost, by which clauses; spends nothing",
      ["concordat explain question.json"],
    ),
    explainFile,
  );
  const overlap = describe(program.command("overlap"), "ask how many customers the members of a contract share", [
    "concordat overlap --contract sunline-harbour --where 'harbour.tier in (gold,platinum)' -o overlap.json",
  ])
    .option("--between <lists>", "the lists, by owner or reference, with commas (default: all of the contract)")
    .option("--detail <detail>", "`identifier`: matched people by identifier as well");
  actInRoom(terminal, asking(overlap, "the release with its receipt"), (call) => ask(call, overlapQuestion));
  const audience = describe(program.command("audience"), "ask for those of your own customers who are also another's", [
    "concordat audience --contract sunline-harbour --channel email --where 'harbour.tier in (gold)' --rows rows.csv",
  ])
    .option("--from <list>", "your own list (default: the one in the contract)")
    .option("--matching <list>", "the other member's list (default: the one other in the contract)")
    .option("--channel <channel>", "how the people will be reached (default: the one the contract has)")
    .option("--rows <file>", "collect the rows at once, into this file");
  actInRoom(terminal, asking(audience, "the release with its receipt"), (call) => ask(call, audienceQuestion));
}

function asking(command: Command, kept: string): Command {
  return command
    .requiredOption("--contract <id>", "the contract: its name, its id or the beginning of it")
    .option("--purpose <purpose>", "what for (default: the contract's first)")
    .option("--where <clause...>", "only people of this segment: 'partner.attribute in (value,value)'")
    .option("--identifiers <kinds>", "what may match, with commas (default: all that the contract permits)")
    .option("--epsilon <number>", "the privacy price (default: as the terms have it)")
    .option("--explain", "say what it would tell and cost, and do not ask")
    .option("-o, --out <file>", `where to keep ${kept}`);
}

async function ask(
  call: SessionCall,
  build: (frame: Frame, asked: z.output<typeof questionOptions>) => Result<Question, Refusal>,
): Promise<Outcome> {
  const { session, options } = call;
  const asked = questionOptions.parse(options);
  const { out, rows, explain } = outOptions.parse(options);
  const found = await findContract(session.client, asked.contract);
  if (!found.ok) return found;
  const contract = documentOf(found.value);
  if (!contract.ok) return contract;
  const { partner } = session.profile;
  const question = build({ id: found.value.id, contract: contract.value, partner }, asked);
  if (!question.ok) return question;
  if (explain === true) return explainQuestion(call, question.value);
  const answer = await session.client.call((api) => api.POST("/v1/questions", { body: question.value }));
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const release = answer.value;
  const kept = out === undefined ? ok(null) : await writePrivately(out, `${JSON.stringify(release)}\n`);
  if (!kept.ok) return kept;
  const saved = rows === undefined || release.outcome === "withheld" ? ok([]) : await saveRows(call, release.id, rows);
  if (!saved.ok) return saved;
  const receipt =
    out === undefined ? `receipt: concordat releases ${release.id} -o FILE keeps it` : `receipt: in ${out}`;
  return ok({ json: release, lines: [...releaseLines(release), receipt, ...saved.value] });
}

async function explainFile(call: SessionCall): Promise<Outcome> {
  const named = await documentAt(call.operands[0], z.looseObject({ contract: z.string() }));
  if (!named.ok) return named;
  const found = await findContract(call.session.client, named.value.contract);
  if (!found.ok) return found;
  const question = questionSchema.safeParse({ ...named.value, contract: found.value.id });
  if (!question.success) {
    const whole = await documentAt(call.operands[0], questionSchema);
    return whole.ok ? err(misused("the file is not a question")) : whole;
  }
  // SAFETY: JSON has no undefined, and the schema is the one that the room's type is made from.
  return explainQuestion(call, question.data as Question);
}

async function explainQuestion({ session }: SessionCall, question: Question): Promise<Outcome> {
  const answer = await session.client.call((api) => api.POST("/v1/questions/explain", { body: question }));
  return told(answer, (explanation) => ({
    json: explanation,
    lines: explanationLines(explanation),
    exit: explanation.isPermitted ? EXIT.done : EXIT.denied,
  }));
}

function explanationLines({ words, price }: Explanation): string[] {
  const bullets = (title: string, sentences: readonly string[]) =>
    sentences.length === 0 ? [] : [title, ...sentences.map((sentence) => `  - ${sentence}`)];
  return [
    words.verdict,
    ...bullets("because:", words.because),
    ...bullets("what it would tell:", words.tells),
    ...bullets("what it would cost:", price?.isRecorded === true ? [RECORDED] : words.costs),
    ...bullets("next:", words.next),
    ...(price === null || price.isRecorded ? [] : chargeLines("price", price.charges)),
  ];
}

const RECORDED = "nothing: it was asked before, and the recorded answer is given again";
