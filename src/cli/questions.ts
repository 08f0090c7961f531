// `concordat explain` and a command for each analysis: what a question would tell and cost, and asking it.

import type { Command } from "commander";
import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import { decimal } from "../domain/policy/words.ts";
import { questionSchema } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import {
  affinityQuestion,
  crosstabQuestion,
  type Frame,
  listQuestion,
  overlapQuestion,
  type Question,
  questionOptions,
  trendQuestion,
} from "./ask.ts";
import { documentOf, findContract } from "./contract-ids.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { writePrivately } from "./files.ts";
import { namesIn } from "./partner-names.ts";
import { releaseLines } from "./release-lines.ts";
import { saveRows } from "./releases.ts";
import { approvalLines } from "./request-lines.ts";
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
  for (const { name, says, example, options, build } of QUESTIONS) {
    const command = describe(program.command(name), says, [example]);
    for (const [flags, description] of options) command.option(flags, description);
    actInRoom(terminal, asking(command, "the release with its receipt"), (call) => ask(call, build));
  }
}

type QuestionCommand = {
  readonly name: string;
  readonly says: string;
  readonly example: string;
  readonly options: readonly (readonly [flags: string, says: string])[];
  readonly build: (frame: Frame, asked: z.output<typeof questionOptions>) => Result<Question, Refusal>;
};

const BETWEEN = [
  "--between <lists>",
  "the lists, by owner or reference, with commas (default: all of the contract)",
] as const;

const TABLE_OPTIONS = [
  ["--by <attributes>", "partner.attribute, with commas; partner.attribute:grouping for the contract's groups"],
  ["--measure <measure>", "'mean(partner.measure)' or 'sum(partner.measure)' of each group"],
  BETWEEN,
] as const;

const LIST_OPTIONS = [
  ["--from <list>", "your own list (default: the one in the contract)"],
  ["--matching <list>", "the other member's list (default: the one other in the contract)"],
  ["--channel <channel>", "what it is sent through (default: the one the contract has)"],
  ["--rows <file>", "collect the rows at once, into this file"],
] as const;

const QUESTIONS: readonly QuestionCommand[] = [
  {
    name: "overlap",
    says: "ask how many customers the members of a contract share",
    example: "concordat overlap --contract sunline-harbour --where 'harbour.tier in (gold,platinum)' -o overlap.json",
    options: [BETWEEN, ["--detail <detail>", "`identifier`: matched people by identifier as well"]],
    build: overlapQuestion,
  },
  {
    name: "crosstab",
    says: "ask for a table of the customers that members share, by up to three attributes",
    example: "concordat crosstab --contract sunline-harbour --by harbour.tier,sunline.region --identifiers email",
    options: TABLE_OPTIONS,
    build: crosstabQuestion,
  },
  {
    name: "affinity",
    says: "ask which groups of another's customers are more frequent among those you share",
    example: "concordat affinity --contract sunline-harbour --segments harbour.product-line",
    options: [
      ["--segments <attribute>", "partner.attribute whose values are the groups"],
      ["--among <list>", "the list that shares them (default: your own in the contract)"],
    ],
    build: affinityQuestion,
  },
  {
    name: "trend",
    says: "ask how an overlap or a table changed: your earlier answers, and the present one",
    example: "concordat trend --contract sunline-harbour --by harbour.tier",
    options: TABLE_OPTIONS,
    build: trendQuestion,
  },
  {
    name: "audience",
    says: "ask for those of your own customers who are also another's",
    example:
      "concordat audience --contract sunline-harbour --channel email --where 'harbour.tier in (gold)' --rows rows.csv",
    options: LIST_OPTIONS,
    build: listQuestion("audience"),
  },
  {
    name: "suppression",
    says: "ask whom of your own customers to leave out, because another serves them",
    example: "concordat suppression --contract sunline-harbour --channel email --rows leave-out.csv",
    options: LIST_OPTIONS,
    build: listQuestion("suppression"),
  },
];

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
  const names = await namesIn(session);
  // Scripts that need the answer must see that there is none yet.
  if (!("receipt" in release)) return ok({ json: release, lines: approvalLines(release, names), exit: EXIT.waiting });
  const kept = out === undefined ? ok(null) : await writePrivately(out, `${JSON.stringify(release)}\n`);
  if (!kept.ok) return kept;
  const saved = rows === undefined || release.outcome === "withheld" ? ok([]) : await saveRows(call, release.id, rows);
  if (!saved.ok) return saved;
  const receipt =
    out === undefined ? `receipt: concordat releases ${release.id} -o FILE keeps it` : `receipt: in ${out}`;
  return ok({ json: release, lines: [...releaseLines(release, names), receipt, ...saved.value] });
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

/** What a question would tell and cost, for a person. */
export function explanationLines({ words, price }: Explanation): string[] {
  const sure = price?.expected.map(
    ({ of, plusMinus, scale }) => `${of}: within ${decimal(plusMinus, scale)} of the truth, 95 times in 100`,
  );
  const bullets = (title: string, sentences: readonly string[]) =>
    sentences.length === 0 ? [] : [title, ...sentences.map((sentence) => `  - ${sentence}`)];
  return [
    words.verdict,
    ...bullets("because:", words.because),
    ...bullets("what it would tell:", words.tells),
    ...bullets("how sure it would be:", sure ?? []),
    ...bullets("what it would cost:", price?.isRecorded === true ? [RECORDED] : words.costs),
    ...bullets("next:", words.next),
  ];
}

const RECORDED = "nothing: it was asked before, and the recorded answer is given again";
