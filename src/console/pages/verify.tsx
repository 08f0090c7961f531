// Log, verified: what the page says before its worker has looked, and what the worker reads of the room. The worker is
// `browser/verify-log.ts`; nothing of what is given here is believed by it.

import { logPieces, readLogSize } from "../../app/read-log.ts";
import { readLeaves, readPublished } from "../../app/read-tiles.ts";
import { listWitnesses } from "../../app/witness-log.ts";
import { formatLogKey } from "../../crypto/log-key.ts";
import type { Checkpoint } from "../../domain/audit/checkpoint.ts";
import { fromBase64Url } from "../../domain/bytes.ts";
import { LIMITS } from "../../domain/limits.ts";
import { nameOf } from "../../domain/policy/words.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { bundleOf } from "../bundle.ts";
import { readDirectory } from "../directory.ts";
import { Verdict } from "../pieces.tsx";
import type { Shown, Visit } from "../visit.ts";

const STEPS = [
  [
    "key",
    "The log's key",
    "One key signs for the log. This browser keeps the first that it saw, and follows it alone.",
  ],
  [
    "fetched",
    "The newest checkpoint",
    "A checkpoint is one line about the whole log: how many entries, and one hash over all.",
  ],
  ["signed", "Its signature", "The room cannot say later that it never showed this checkpoint."],
  [
    "entries",
    "Your entries",
    "Every entry that concerns you is the one that the room signed for, at the place where it says.",
  ],
  [
    "root",
    "The root, recomputed",
    "The checkpoint's hash is that of all entries, others' among them, which you see as hashes alone.",
  ],
  [
    "grown",
    "Growth since last time",
    "Nothing that stood in the log when this browser last looked has been changed or taken out.",
  ],
  ["cosigned", "Witnesses", "Partners who look at the log by themselves have seen the same one."],
] as const;

/** The page. What is found is filled in by its script. */
export async function showVerify({ ports }: Visit): Promise<Result<Shown, Problem>> {
  const { href } = await bundleOf("verify-log.js");
  const main = (
    <div class="verify" data-worker={href} data-log={ports.room.origin}>
      <p class="note">
        This page trusts nothing that the room says. It works the log out in this browser, by the code that the command
        line verifies with, and tells what it found at each step.
      </p>
      <p class="without-script note">It needs its script. Without one, use the command line: concordat audit verify.</p>
      <ol class="steps">
        {STEPS.map(([step, name, means]) => (
          <li data-step={step}>
            <StepMark />
            <div>
              <h2>{name}</h2>
              <p class="says" />
              <p class="under">{means}</p>
            </div>
          </li>
        ))}
      </ol>
      <p class="verdict-line outcome" role="status" />
      <div class="buttons">
        <button type="button" class="again" hidden>
          Verify again
        </button>
        <button type="button" class="evidence" hidden>
          Keep the evidence
        </button>
        <button type="button" class="quiet forget" hidden>
          Forget what this browser kept
        </button>
      </div>
      <ReceiptForm />
    </div>
  );
  const act = <a href="/console/log">Back to the log</a>;
  return ok({ kind: "page", title: "Verify the log", main, act, script: "verify.js" });
}

function StepMark() {
  return (
    <p class="step-mark">
      <span data-state="waiting">waiting</span>
      <span data-state="at-work" hidden>
        working
      </span>
      <span data-state="good" hidden>
        <Verdict kind="permit">holds</Verdict>
      </span>
      <span data-state="first" hidden>
        <Verdict kind="wait">noted</Verdict>
      </span>
      <span data-state="bad" hidden>
        <Verdict kind="deny">does not hold</Verdict>
      </span>
    </p>
  );
}

function ReceiptForm() {
  return (
    <section aria-labelledby="receipt">
      <h2 id="receipt">A receipt</h2>
      <p class="note">
        Paste a receipt or an answer with its receipt, or drop its file here. It stays in this browser, and is held
        against the log above.
      </p>
      <form class="receipt-form" data-drop>
        <label>
          Receipt or answer
          <textarea name="receipt" rows={4} spellcheck={false} />
        </label>
        <label>
          Or its file
          <input type="file" name="file" accept=".json,.txt,.jws" />
        </label>
        <button type="submit" class="quiet">
          Verify the receipt
        </button>
      </form>
      <p class="verdict-line receipt-outcome" role="status" />
    </section>
  );
}

/** What the room says of its log: its keys, its size, what is published, and who witnesses. */
export async function giveRoom({ ports, caller }: Visit): Promise<Result<Shown, Problem>> {
  const published = await readPublished(ports, caller);
  const [witnesses, directory, size] = await Promise.all([
    listWitnesses(ports, caller),
    readDirectory(ports, caller),
    readLogSize(ports, caller),
  ]);
  const text = JSON.stringify({
    key: formatLogKey(ports.room.logKeys.known()),
    size,
    published: published.ok ? published.value : null,
    witnesses: witnesses.map(({ partner, key }) => ({ company: nameOf(directory, partner), key })),
  });
  return ok({ kind: "pieces", type: "application/json", pieces: once(text) });
}

/** The entries that concern the company, each with its proof, as an export has them. Reading them is no export. */
export async function giveEntries({ ports, caller, query }: Visit): Promise<Result<Shown, Problem>> {
  const earlier = earlierIn(query, ports.room.origin);
  if (!earlier.ok) return earlier;
  const pieces = await logPieces(ports, { caller, earlier: earlier.value });
  return pieces.ok ? ok({ kind: "pieces", type: "application/json", pieces: inBlocks(pieces.value) }) : pieces;
}

/** Leaf hashes of the whole log, some at a time. */
export async function giveLeaves({ ports, caller, query }: Visit): Promise<Result<Shown, Problem>> {
  const from = wholeNumber(query.get("from") ?? "0");
  const until = wholeNumber(query.get("until") ?? String(LIMITS.logLeaves));
  if (from === null || until === null) return err(problem("invalid-parameter", "`from` and `until` are whole numbers"));
  const leaves = await readLeaves(ports, { caller, from, until });
  return leaves.ok ? ok({ kind: "pieces", type: "application/octet-stream", pieces: once(leaves.value) }) : leaves;
}

function earlierIn(query: URLSearchParams, origin: string): Result<Checkpoint | null, Problem> {
  if (!query.has("size")) return ok(null);
  const [size, root] = [wholeNumber(query.get("size")), fromBase64Url(query.get("root") ?? "")];
  if (size === null || !root.ok) return err(problem("invalid-parameter", "`size` and `root` name no earlier tree"));
  return ok({ origin, size, root: root.value });
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

async function* once<Piece>(piece: Piece): AsyncIterable<Piece> {
  yield piece;
}

/** Characters that leave together: an entry alone is too little to send. */
const BLOCK = 65_536;

async function* inBlocks(pieces: AsyncIterable<string>): AsyncIterable<string> {
  let block = "";
  for await (const piece of pieces) {
    block += piece;
    if (block.length < BLOCK) continue;
    yield block;
    block = "";
  }
  yield block;
}
