// Alternating rounds: everybody takes a turn, then everybody again, so that what the machine does meanwhile befalls all
// of them alike. The first rounds warm everybody up, as servers that have run for a while, and are not counted.

const WARMING = 2;

/** One that takes turns. What it measures it tells under a label. */
export type Turn = {
  readonly name: string;
  /** Counted rounds and rounds before them, where they are fewer than those of the others. */
  readonly few?: { readonly rounds: number; readonly warming: number };
  take(round: number, tell: (label: string, millis: number) => void): Promise<void>;
};

export type Medians = {
  /** Of all that was told under a label in the rounds that count. */
  of(label: string): number;
};

export async function alternating(rounds: number, turns: readonly Turn[]): Promise<Medians> {
  const seen = new Map<string, number[]>();
  for (let round = -WARMING; round < rounds; round++) {
    for (const turn of turns) {
      if (!takesPart(turn, round)) continue;
      notice(`round ${round + 1 + WARMING} of ${rounds + WARMING}: ${turn.name} ...`);
      await turn.take(round, (label, millis) => {
        if (round >= 0) seen.set(label, [...(seen.get(label) ?? []), millis]);
      });
    }
  }
  return { of: (label) => median(seen.get(label) ?? []) };
}

function takesPart({ few }: Turn, round: number): boolean {
  return few === undefined || (round >= -few.warming && round < few.rounds);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const [below, above] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (below === undefined || above === undefined) throw new Error("nothing was measured");
  return (below + above) / 2;
}

/** The median of so many calls in a row, in milliseconds, after as many that warm up and are not counted. */
export function medianOf(work: () => void, calls: number): number {
  for (let call = 0; call < calls; call++) work();
  const times = Array.from({ length: calls }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return median(times);
}

/** What goes on, for who waits; it goes to standard error. */
export function notice(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
