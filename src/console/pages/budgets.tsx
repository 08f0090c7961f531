// Privacy budgets as they burn down: by list and recipient what is left, when it comes back, and the ledger's lines.

import { type Ledger, readLedger } from "../../app/read-ledger.ts";
import { type DatasetRef, nameIn } from "../../domain/dataset/schema.ts";
import { DAY_MILLIS, isoInstant, unixMillis } from "../../domain/instant.ts";
import { LIMITS } from "../../domain/limits.ts";
import { type Directory, nameOf } from "../../domain/policy/words.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { LedgerLine, Recipient } from "../../ports/rows.ts";
import { burnDown, share } from "../charts/burn-down.ts";
import { BurnDownPicture, percent } from "../charts/burn-down-picture.tsx";
import { readDirectory } from "../directory.ts";
import { Empty, Instant, Scroll } from "../pieces.tsx";
import { shownCount, shownNumeral, useReader } from "../reader.ts";
import type { Shown, Visit } from "../visit.ts";
import { plainWord } from "../words.ts";
import { priceOf } from "./learned.tsx";

type Account = { readonly lineage: DatasetRef; readonly recipient: Recipient; readonly lines: readonly LedgerLine[] };

/** Every account of the company's lists, or those of one recipient where the address names it. */
export async function showBudgets({ ports, caller, query }: Visit): Promise<Result<Shown, Problem>> {
  const [ledger, directory] = await Promise.all([readLedger(ports, { caller }), readDirectory(ports, caller)]);
  const all = accountsOf(ledger.lines);
  const recipients = [...new Set(all.map(({ recipient }) => recipient))];
  const chosen = recipients.find((one) => one === query.get("recipient")) ?? null;
  const shown = all.filter(({ recipient }) => chosen === null || recipient === chosen);
  const main =
    all.length === 0 ? (
      <Empty>No answer has taken anything from the budgets of your lists yet.</Empty>
    ) : (
      <>
        <form method="get" class="filters">
          <label>
            Recipient
            <select name="recipient">
              <option value="">everybody</option>
              {recipients.map((one) => (
                <option value={one} selected={one === chosen}>
                  {recipientName(one, directory)}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" class="quiet">
            Show
          </button>
        </form>
        {shown.map((account) => (
          <AccountView account={account} ledger={ledger} directory={directory} />
        ))}
      </>
    );
  return ok({ kind: "page", title: "Budgets", main });
}

function accountsOf(lines: readonly LedgerLine[]): Account[] {
  const accounts = new Map<string, LedgerLine[]>();
  for (const line of lines) {
    const key = `${line.recipient === "everyone" ? 1 : 0} ${line.lineage} ${line.recipient}`;
    accounts.set(key, [...(accounts.get(key) ?? []), line]);
  }
  return [...accounts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, own]) => {
      const [first] = own;
      return first === undefined ? [] : [{ lineage: first.lineage, recipient: first.recipient, lines: own }];
    });
}

function recipientName(recipient: Recipient, directory: Directory): string {
  return recipient === "everyone" ? "Everybody together" : nameOf(directory, recipient);
}

type AccountProps = { readonly account: Account; readonly ledger: Ledger; readonly directory: Directory };

function AccountView({ account, ledger, directory }: AccountProps) {
  const { lineage, recipient, lines } = account;
  const name = `${recipientName(recipient, directory)}, list “${plainWord(nameIn(lineage))}”`;
  return (
    <section>
      <h2>{name}</h2>
      <div class="beside">
        <Left account={account} ledger={ledger} name={name} />
        <Scroll label={`Ledger lines: ${name}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col" class="number">
                  Took
                </th>
                <th scope="col" class="number">
                  Counts until
                </th>
              </tr>
            </thead>
            <tbody>
              {lines
                .slice(-LIMITS.pageItems)
                .reverse()
                .map((line) => (
                  <LedgerRow line={line} days={daysOf(account, ledger)} />
                ))}
            </tbody>
          </table>
        </Scroll>
      </div>
    </section>
  );
}

function LedgerRow({ line, days }: { readonly line: LedgerLine; readonly days: number | null }) {
  return (
    <tr>
      <td>
        <Instant at={line.at} />
      </td>
      <td class="number">{shownNumeral(priceOf(line.nanoRho))}</td>
      <td class="number">
        {days === null
          ? "for ever"
          : useReader().date(isoInstant(unixMillis(line.at + days * DAY_MILLIS)).slice(0, 10))}
      </td>
    </tr>
  );
}

/** Days after which a debit counts no more; null where it counts for ever. */
function daysOf({ recipient }: Pick<Account, "recipient">, { limits }: Ledger): number | null {
  if (limits === null) return null;
  return recipient === "everyone" ? (limits.renewing?.days ?? null) : limits.periodDays;
}

function Left({
  account,
  ledger,
  name,
}: {
  readonly account: Account;
  readonly ledger: Ledger;
  readonly name: string;
}) {
  const { lines, recipient } = account;
  const { limits, now } = ledger;
  if (limits === null) return <p class="note">Without a policy in force there is no limit to hold these against.</p>;
  const days = daysOf(account, ledger);
  const limit = recipient === "everyone" ? (limits.renewing?.limit ?? limits.lineage) : limits.perRecipient;
  if (days === null) {
    const spent = lines.reduce((sum, { nanoRho }) => sum + nanoRho, 0n);
    return <p>{`${percent(share(limit - spent, limit))} is left, and what was taken never comes back.`}</p>;
  }
  const steps = burnDown(lines, { limit, periodMillis: days * DAY_MILLIS, now });
  const left = steps.filter(({ at }) => at <= now).at(-1)?.left ?? 1;
  return (
    <div>
      <p>
        {`${percent(left)} is left of what your policy allows within ${shownCount(days, "day")}; `}a contract may allow
        less.
      </p>
      <BurnDownPicture steps={steps} now={now} of={name} />
    </div>
  );
}
