// Whatever is refused, in the words of the problem documents (RFC 9457), with the way out.

import { PROBLEMS, type Problem, type ProblemKind } from "../../domain/problem.ts";
import { shownSentence } from "../reader.ts";
import { sentence } from "../words.ts";

/** The heading of a refusal. */
export function titleOfProblem({ kind }: Problem): string {
  return sentence(PROBLEMS[kind].title).replace(/\.$/, "");
}

/** Its HTTP status. */
export function problemStatus({ kind }: Problem): number {
  return PROBLEMS[kind].status;
}

/** What a refusal says of this case, what to do next, and the clauses it rests on. */
export function ProblemPage({ told }: { readonly told: Problem }) {
  return (
    <div class="prose problem">
      <ProblemLines told={told} />
      <p>
        <a href="/console">Back to the first page</a>
      </p>
    </div>
  );
}

/** The same without the way back, for a refusal in its place on a page. */
export function ProblemLines({ told }: { readonly told: Problem }) {
  const reasons = reasonsIn(told);
  return (
    <>
      <p>{shownSentence(told.detail)}</p>
      <p>
        <strong>Next:</strong> {nextFor(told.kind)}.
      </p>
      {reasons.length > 0 && (
        <ul class="clauses">
          {reasons.map((says) => (
            <li>{shownSentence(says)}</li>
          ))}
        </ul>
      )}
    </>
  );
}

// What to do next on a page, where that is not what whoever signs requests does.
const ON_PAGES: { readonly [kind in ProblemKind]?: string } = {
  "not-found": "look for it at its place in the list of places; it may be gone, or another company's",
};

function nextFor(kind: ProblemKind): string {
  return ON_PAGES[kind] ?? PROBLEMS[kind].next.replaceAll("`", "");
}

function reasonsIn({ extra }: Problem): string[] {
  const found = [extra?.["reasons"], extra?.["issues"]].flatMap((list) => (Array.isArray(list) ? list : []));
  return found.flatMap((one: unknown) =>
    typeof one === "object" && one !== null && "says" in one && typeof one.says === "string" ? [one.says] : [],
  );
}
