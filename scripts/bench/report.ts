// One line a goal: ours, the peer's in the same run, their ratio, what the ratio should be and whether it is, and the
// least that this machine could take for it.

export type Unit = "ms" | "B a row" | "MB" | "GB/s" | "ns";
export type Measure = { readonly value: number; readonly unit: Unit };
export type NamedMeasure = Measure & { readonly name: string };

export type Line = {
  readonly what: string;
  readonly ours: Measure;
  readonly peer: NamedMeasure | null;
  /** How many times faster, or smaller, ours is than the peer; of growth, how many times more it became. */
  readonly ratio: number | null;
  readonly goal: string | null;
  readonly isMet: boolean | null;
  readonly limit: Measure | null;
};

/** What a line is held to: a ratio at the least, or a figure of ours at the most. */
export type Goal = { readonly timesAtLeast: number } | { readonly atMost: number } | null;

export function line(
  what: string,
  ours: Measure,
  beside: { readonly peer?: NamedMeasure; readonly goal?: Goal; readonly limit?: Measure } = {},
): Line {
  const { peer = null, goal = null, limit = null } = beside;
  const ratio = peer === null ? null : peer.value / ours.value;
  return { what, ours, peer, ratio, limit, ...held(goal, { ours, ratio }) };
}

/** A line about how a figure grows with what stands beside it. */
export function growthLine(what: string, { ours, peer, most }: Grown): Line {
  const ratio = ours.value / peer.value;
  return { what, ours, peer, ratio, limit: null, goal: `<= ${most}x`, isMet: ratio <= most };
}

type Grown = { readonly ours: Measure; readonly peer: NamedMeasure; readonly most: number };

export function millis(value: number): Measure {
  return { value, unit: "ms" };
}

function held(goal: Goal, { ours, ratio }: { readonly ours: Measure; readonly ratio: number | null }) {
  if (goal === null) return { goal: null, isMet: null };
  if ("atMost" in goal) return { goal: `<= ${goal.atMost} ${ours.unit}`, isMet: ours.value <= goal.atMost };
  return { goal: `>= ${goal.timesAtLeast}x`, isMet: ratio !== null && ratio >= goal.timesAtLeast };
}

export function printTable(lines: readonly Line[]): void {
  const rows = [
    ["what", "ours", "peer", "ratio", "goal", "met", "limit"],
    ...lines.map(({ what, ours, peer, ratio, goal, isMet, limit }) => [
      what,
      textOf(ours),
      peer === null ? "-" : `${textOf(peer)} ${peer.name}`,
      ratio === null ? "-" : `${ratio.toFixed(ratio < 10 ? 2 : 0)}x`,
      goal ?? "-",
      isMet === null ? "-" : isMet ? "yes" : "NO",
      limit === null ? "-" : textOf(limit),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0));
    process.stdout.write(`${cells.join("  ").trimEnd()}\n`);
  }
}

export function textOf({ value, unit }: Measure): string {
  const size = Math.abs(value);
  const places = size < 1 ? 3 : size < 100 ? 1 : 0;
  return `${value.toFixed(places)} ${unit}`;
}
