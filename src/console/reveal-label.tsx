// The reveal label: who would learn what, at which price and how surely, and by whose leave, before anything is asked.

import type { Explanation } from "../app/explain-question.ts";
import { type Directory, figure, nameOf } from "../domain/policy/words.ts";
import { Verdict } from "./pieces.tsx";
import { setFigure, shownNumeral, shownSentence } from "./reader.ts";

type Props = {
  readonly explained: Explanation;
  readonly directory: Directory;
  /** Who asks, as a name or as `you`. */
  readonly asker: string;
};

const PAID = ["nothing: the answer was given and paid before"];

/** What an explanation says, in the order in which people ask. */
export function RevealLabel({ explained, directory, asker }: Props) {
  const { isPermitted, words, price } = explained;
  const waits = explained.waits && explained.recorded === null;
  return (
    <div class="label">
      <p class="verdict-line">
        <Verdict kind={isPermitted ? (waits ? "wait" : "permit") : "deny"}>
          {isPermitted ? (waits ? "Permitted, once approved" : "Permitted") : "Not permitted"}
        </Verdict>
      </p>
      <dl>
        {words.tells.length > 0 && (
          <Line
            name={isPermitted ? "Who learns what" : "What was asked for"}
            says={words.tells}
            directory={directory}
          />
        )}
        {words.costs.length > 0 && (
          <Line name="Price" says={explained.recorded === null ? words.costs : PAID} directory={directory} />
        )}
        {price?.mechanism != null && (
          <Line
            name="How sure"
            says={[`each count lies within ± ${figure(price.plusMinus)} of the true one, 95 times in 100`]}
            directory={directory}
          />
        )}
        {words.next.length > 0 && explained.recorded === null && (
          <Line name="Next" says={words.next} directory={directory} />
        )}
      </dl>
      {price !== null && <Left explained={explained} directory={directory} asker={asker} />}
      <details>
        <summary>{isPermitted ? "The clauses that permit it" : "The clauses that forbid it"}</summary>
        <ul class="clauses">
          {words.because.map((says) => (
            <li>{shownSentence(says, directory)}</li>
          ))}
        </ul>
      </details>
    </div>
  );
}

type LineProps = { readonly name: string; readonly says: readonly string[]; readonly directory: Directory };

function Line({ name, says, directory }: LineProps) {
  return (
    <>
      <dt>{name}</dt>
      {says.map((one) => (
        <dd>{shownSentence(one, directory)}</dd>
      ))}
    </>
  );
}

// What each account holds once the question is paid: a bar of such questions, the one in hand in outline.
function Left({ explained: { price }, directory, asker }: Props) {
  const own = (price?.charges ?? []).filter(
    ({ account, left }) => account !== "everyone" && left.answers !== "unlimited",
  );
  if (own.length === 0) return null;
  return (
    <table class="left">
      <caption>{`Left for ${asker} in this period, once this is answered`}</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col" class="number">
            Budget
          </th>
          <th scope="col" class="number">
            Such questions
          </th>
        </tr>
      </thead>
      <tbody>
        {own.map(({ owner, left }) => (
          <tr>
            <th scope="row">{nameOf(directory, owner)}</th>
            <td class="number">{shownNumeral(shortened(left.epsilon))}</td>
            <td class="number">{setFigure(Number(left.answers))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// Rounded down: never more than is there.
function shortened(epsilon: string): string {
  return String(Math.floor(Number(epsilon) * 100) / 100);
}
