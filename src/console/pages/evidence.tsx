// Evidence as a file: about a contract, a key, a time, or one of the reports. Every file is an entry of the log with
// the person who asked for it, so it is asked for by a form.

import { exportEvidence } from "../../app/export-evidence.ts";
import { listContracts } from "../../app/read-contracts.ts";
import { listOwnKeys } from "../../app/read-partners.ts";
import { contractIdSchema } from "../../domain/contract/document.ts";
import type { About } from "../../domain/evidence/document.ts";
import { evidenceFile } from "../../domain/evidence/story.ts";
import { startOfDate } from "../../domain/instant.ts";
import { type Problem, problem } from "../../domain/problem.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { KeyRow } from "../../ports/rows.ts";
import { everyRow } from "../every-row.ts";
import { ActForm } from "../pieces.tsx";
import type { Shown, Visit } from "../visit.ts";
import { plainWord } from "../words.ts";

/** What can be asked for. */
export async function showEvidence({ ports, caller, token }: Visit): Promise<Result<Shown, Problem>> {
  const [contracts, keys] = await Promise.all([
    everyRow(
      (page) => listContracts(ports, { caller, page }),
      ({ file }) => file.id,
    ),
    listOwnKeys(ports, { caller }),
  ]);
  const choices = contracts.map(({ file: { id, contract } }) => ({
    value: id,
    says: `${plainWord(contract.name)}, v${contract.version}`,
  }));
  const main = (
    <>
      <p class="note">
        Each is one HTML file that opens in any browser and verifies without the room, by{" "}
        <code>concordat audit verify</code>. That it was made, and that you asked for it, is an entry of the log.
      </p>
      <LogForm choices={choices} keys={keys} token={token} />
      <ReportForm token={token} />
    </>
  );
  return ok({ kind: "page", title: "Evidence", main });
}

type LogFormProps = {
  readonly choices: readonly { readonly value: string; readonly says: string }[];
  readonly keys: readonly KeyRow[];
  readonly token: string;
};

function LogForm({ choices, keys, token }: LogFormProps) {
  return (
    <section aria-labelledby="about">
      <h2 id="about">What was done</h2>
      <p class="note">Each of these narrows the others. Name one of them at least.</p>
      <ActForm to="/console/evidence" token={token} class="filters">
        <label>
          About
          <select name="contract">
            <option value="">any contract</option>
            {choices.map(({ value, says }) => (
              <option value={value}>{says}</option>
            ))}
          </select>
        </label>
        <label>
          Done by or to
          <select name="key">
            <option value="">any key of yours</option>
            {keys.map(({ thumbprint }) => (
              <option value={thumbprint}>{`key ${thumbprint.slice(0, 8)}`}</option>
            ))}
          </select>
        </label>
        <Days />
        <button type="submit" name="kind" value="log">
          Download
        </button>
      </ActForm>
    </section>
  );
}

function ReportForm({ token }: { readonly token: string }) {
  return (
    <section aria-labelledby="reports">
      <h2 id="reports">Reports</h2>
      <ActForm to="/console/evidence" token={token} class="report">
        <p class="under">Your lists, what they are used for, who is given what, and when each is deleted.</p>
        <button type="submit" class="quiet" name="kind" value="record">
          Record of processing (GDPR art. 30)
        </button>
      </ActForm>
      <ActForm to="/console/evidence" token={token} class="report">
        <p class="under">
          What your contracts and your policy let others learn at the most, and what stands against it.
        </p>
        <button type="submit" class="quiet" name="kind" value="assessment">
          Facts for an impact assessment (art. 35)
        </button>
      </ActForm>
      <ActForm to="/console/evidence" token={token} class="report">
        <p class="under">What was told and taken away between two days, and how many people it concerns at the most.</p>
        <div class="filters">
          <Days />
          <button type="submit" class="quiet" name="kind" value="breach">
            Evidence for a breach (art. 33)
          </button>
        </div>
      </ActForm>
    </section>
  );
}

function Days() {
  return (
    <>
      <label>
        From
        <input type="date" name="from" />
      </label>
      <label>
        Until
        <input type="date" name="until" />
      </label>
    </>
  );
}

/** The file. */
export async function postEvidence({ ports, caller, form }: Visit): Promise<Result<Shown, Problem>> {
  const about = aboutIn(form);
  if (!about.ok) return about;
  const made = await exportEvidence(ports, { caller, about: about.value, earlier: null });
  if (!made.ok) return made;
  const name = `concordat-${about.value.kind}-${made.value.contents.asOf.slice(0, 10)}.html`;
  return ok({ kind: "pieces", type: "text/html; charset=utf-8", name, pieces: whole(evidenceFile(made.value)) });
}

async function* whole(text: string): AsyncIterable<string> {
  yield text;
}

function aboutIn(form: URLSearchParams): Result<About, Problem> {
  const kind = form.get("kind");
  if (kind === "record" || kind === "assessment") return ok({ kind });
  const [from, until] = [form.get("from") ?? "", form.get("until") ?? ""];
  const isDay = (text: string) => text === "" || startOfDate(text).ok;
  if (!isDay(from) || !isDay(until) || (from !== "" && until !== "" && from > until)) {
    return err(problem("invalid-parameter", "a time is two days, the first not after the second"));
  }
  if (kind === "breach") {
    if (from !== "" && until !== "") return ok({ kind, from, until });
    return err(problem("invalid-parameter", "a breach has a first and a last day"));
  }
  const contract = contractIdSchema.safeParse(form.get("contract"));
  const keyThumbprint = form.get("key") ?? "";
  if (!contract.success && keyThumbprint === "" && from === "") {
    return err(problem("invalid-parameter", "name a contract, a key, or a time with its first day"));
  }
  return ok({
    kind: "log",
    ...(contract.success ? { contract: contract.data } : {}),
    ...(keyThumbprint === "" ? {} : { keyThumbprint }),
    ...(from === "" ? {} : { from }),
    ...(until === "" ? {} : { until }),
  });
}
