// A company's own policy: every version of it in words, clause by clause, and what differs from one to another. What
// the clauses let others learn stands under exposure.

import type { SignedPolicy } from "../../app/put-policy.ts";
import { listPolicies, listWaiting } from "../../app/read-policies.ts";
import { clausesOf } from "../../domain/policy/clause-changes.ts";
import { policyDifference } from "../../domain/policy/difference.ts";
import { differenceLines } from "../../domain/policy/difference-lines.ts";
import type { Policy } from "../../domain/policy/document.ts";
import { NOT_LIMITED } from "../../domain/policy/limit-members.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { everyRow } from "../every-row.ts";
import { Digest, Empty, Instant } from "../pieces.tsx";
import { shownCount, shownSentence, shownText } from "../reader.ts";
import type { Shown, Visit } from "../visit.ts";
import { sentence } from "../words.ts";

/** A version in words, and against another where the address names one. */
export async function showPolicy({ ports, caller, query }: Visit): Promise<Result<Shown, Problem>> {
  const [versions, waiting] = await Promise.all([
    everyRow(
      (page) => listPolicies(ports, { caller, page }),
      ({ version }) => String(version),
    ),
    listWaiting(ports, { caller }),
  ]);
  const [current] = versions;
  const act = (
    <a class="button" href="/console/policy/exposure">
      What others could learn
    </a>
  );
  if (current === undefined) {
    const main = (
      <Empty>
        You have put no policy in force, so nobody is permitted anything. Whoever holds your company's key puts one in
        force with <code>concordat policy put</code>.
      </Empty>
    );
    return ok({ kind: "page", title: "Policy", main, act });
  }
  const shown = versionIn(versions, query.get("version")) ?? current;
  const against = versionIn(versions, query.get("against"));
  const main = (
    <>
      <Versions versions={versions} shown={shown} against={against} />
      {waiting.map(({ version, putAt, changes }) => (
        <section class="prose">
          <h2>{`Version ${version} waits for a second signature`}</h2>
          <p>
            Since <Instant at={putAt} />. It is not in force.
          </p>
          <Lines lines={changes} />
        </section>
      ))}
      <VersionFacts shown={shown} current={current} />
      {against !== null && against.version !== shown.version && <Against shown={shown} against={against} />}
      <Clauses policy={shown.policy} />
    </>
  );
  return ok({ kind: "page", title: "Policy", main, act });
}

function versionIn(versions: readonly SignedPolicy[], text: string | null): SignedPolicy | null {
  return versions.find(({ version }) => String(version) === text) ?? null;
}

type VersionsProps = {
  readonly versions: readonly SignedPolicy[];
  readonly shown: SignedPolicy;
  readonly against: SignedPolicy | null;
};

function Versions({ versions, shown, against }: VersionsProps) {
  if (versions.length < 2) return null;
  return (
    <form method="get" class="filters">
      <label>
        Version
        <select name="version">
          {versions.map(({ version }) => (
            <option value={version} selected={version === shown.version}>{`version ${version}`}</option>
          ))}
        </select>
      </label>
      <label>
        Against
        <select name="against">
          <option value="">no other</option>
          {versions.map(({ version }) => (
            <option value={version} selected={version === against?.version}>{`version ${version}`}</option>
          ))}
        </select>
      </label>
      <button type="submit" class="quiet">
        Show
      </button>
    </form>
  );
}

function VersionFacts({ shown, current }: { readonly shown: SignedPolicy; readonly current: SignedPolicy }) {
  const standing = shown.version === current.version ? "in force" : "no longer in force";
  return (
    <p class="note">
      {`Version ${shown.version}, ${standing}, put `}
      <Instant at={shown.putAt} />
      {`, signed by ${shownCount(shown.signatures.length, "key")} of yours. Its digest is `}
      <Digest text={shown.digest} what="the policy's digest" />
    </p>
  );
}

function Against({ shown, against }: { readonly shown: SignedPolicy; readonly against: SignedPolicy }) {
  const [before, after] = against.version < shown.version ? [against, shown] : [shown, against];
  const difference = policyDifference(before.policy, after.policy);
  return (
    <section aria-labelledby="difference">
      <h2 id="difference">{`From version ${before.version} to version ${after.version}`}</h2>
      {difference.ok ? (
        <Lines lines={differenceLines(difference.value)} />
      ) : (
        <p>The two tell too many cases apart to be compared, so the later counts as permitting more.</p>
      )}
    </section>
  );
}

/** Lines of a difference: the verdict, then clauses, with what stands under each. */
function Lines({ lines }: { readonly lines: readonly string[] }) {
  const [verdict = "", ...rest] = lines;
  return (
    <>
      <p class="verdict-line">{shownSentence(verdict)}</p>
      <ul class="clauses diff">
        {rest.map((line) => (
          <li class={line.startsWith("    ") ? "member" : undefined}>{shownSentence(line.trim())}</li>
        ))}
      </ul>
    </>
  );
}

function Clauses({ policy }: { readonly policy: Policy }) {
  return (
    <>
      {clausesOf(policy).map(({ name, pointer, members }) => (
        <section id={anchorOf(pointer)} class="clause">
          <h2>{sentence(name).replace(/\.$/, "")}</h2>
          <dl class="facts">
            {members.filter(isSaid).map(({ says, text }) => (
              <>
                <dt>{sentence(says).replace(/\.$/, "")}</dt>
                <dd>{shownText(text)}</dd>
              </>
            ))}
          </dl>
        </section>
      ))}
    </>
  );
}

// A clause says nothing of most limits, and what it does not say needs no line.
function isSaid({ text }: { readonly text: string }): boolean {
  return text !== NOT_LIMITED;
}

/** Where a clause stands on the page, by its JSON Pointer. */
function anchorOf(pointer: string): string {
  return pointer.slice(1).replaceAll("/", "-");
}

/** The address of a clause of the policy in force. */
export function clauseAddress(pointer: string): string {
  return `/console/policy#${anchorOf(pointer)}`;
}
