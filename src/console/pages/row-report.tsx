// What became of the rows of a version: a bar of accepted, folded and refused ones, and the reasons with their places.

import { REJECT_REASONS } from "../../domain/dataset/row-report.ts";
import type { VersionRow } from "../../ports/rows.ts";
import { setFigure } from "../reader.ts";
import { sentence } from "../words.ts";

/** Refused rows whose places are named. */
const SHOWN_PLACES = 20;
const WIDTH = 480;

type Props = { readonly version: VersionRow; readonly isOpen: boolean };

/** The report of one version, open or shut. */
export function RowReportLines({ version, isOpen }: Props) {
  const { report, duplicates, leftOut, increment } = version;
  const { read, accepted, blank, rejected, byReason, rejects } = report;
  const parts = [
    { name: "accepted", count: accepted },
    { name: "without identifier", count: blank },
    { name: "refused", count: rejected },
  ];
  return (
    <details open={isOpen}>
      <summary>{`What became of its ${setFigure(read)} rows`}</summary>
      <RowBar parts={parts} read={read} />
      <p>
        {parts.map(({ name, count }) => `${setFigure(count)} ${name}`).join(", ")}; {setFigure(duplicates)} were further
        rows of people who are on it already
        {leftOut > 0 && `; ${setFigure(leftOut)} people were erased before and are not on it`}
        {increment !== null &&
          `; ${setFigure(increment.rowsAdded)} rows came, ${setFigure(increment.rowsRemoved)} went`}
        {increment !== null && " since the version before"}.
      </p>
      {rejected > 0 && (
        <ul class="clauses">
          {Object.entries(byReason).map(([reason, count]) => (
            <li>{sentence(`${setFigure(count)}: ${reasonInWords(reason)}`)}</li>
          ))}
          {rejects.slice(0, SHOWN_PLACES).map(({ part, line, column }) => (
            <li>{`Part ${part}, line ${line}${column === undefined ? "" : `, column “${column}”`}`}</li>
          ))}
          {rejects.length > SHOWN_PLACES && <li>{`and ${setFigure(rejected - SHOWN_PLACES)} more`}</li>}
        </ul>
      )}
    </details>
  );
}

function reasonInWords(reason: string): string {
  const known = Object.entries(REJECT_REASONS).find(([name]) => name === reason);
  return known === undefined ? reason : known[1];
}

type Part = { readonly name: string; readonly count: number };

function RowBar({ parts, read }: { readonly parts: readonly Part[]; readonly read: number }) {
  let from = 0;
  return (
    <svg
      class="row-bar"
      viewBox={`0 0 ${WIDTH} 12`}
      role="img"
      aria-label="Rows: accepted, without identifier, refused"
    >
      {parts.map(({ count }, place) => {
        const width = read === 0 ? 0 : (count / read) * WIDTH;
        const at = from;
        from += width;
        return <rect class={`row-part-${place}`} x={at.toFixed(1)} y="0" width={width.toFixed(1)} height="12" />;
      })}
    </svg>
  );
}
