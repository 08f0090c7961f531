// One line a goal: ours, the peer's in the same run, their ratio, what the ratio should be, and whether it is.

export type Line = {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly goal: string;
  readonly isMet: boolean | null;
};

export function printTable(lines: readonly Line[]): void {
  const rows = [
    ["what", "ours", "peer", "ratio", "goal", "met"],
    ...lines.map(({ what, ours, peer, ratio, goal, isMet }) => [what, ours, peer, ratio, goal, verdictOf(isMet)]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0));
    process.stdout.write(`${cells.join("  ").trimEnd()}\n`);
  }
}

function verdictOf(isMet: boolean | null): string {
  if (isMet === null) return "-";
  return isMet ? "yes" : "NO";
}

/** A line that compares milliseconds: how many times faster ours is than the peer. */
export function speedLine(
  what: string,
  { ours, peer, peerName }: { readonly ours: number; readonly peer: number; readonly peerName: string },
  atLeast: number | null,
): Line {
  const ratio = peer / ours;
  return {
    what,
    ours: millis(ours),
    peer: `${millis(peer)} ${peerName}`,
    ratio: `${ratio.toFixed(ratio < 10 ? 2 : 0)}x`,
    goal: atLeast === null ? "-" : `>= ${atLeast}x`,
    isMet: atLeast === null ? null : ratio >= atLeast,
  };
}

function millis(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}
