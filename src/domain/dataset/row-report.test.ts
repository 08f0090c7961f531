import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../limits.ts";
import { hasTooManyRejects, type RowReport, totalReport } from "./row-report.ts";

function report(part: number, accepted: number, rejected: number, blank: number): RowReport {
  const rejects = Array.from({ length: rejected }, (_, line) => ({ part, line, reason: "value-unknown" as const }));
  const byReason = rejected === 0 ? {} : { "value-unknown": rejected };
  return {
    read: accepted + rejected + blank,
    accepted,
    blank,
    cleared: Math.floor(blank / 2),
    rejected,
    byReason,
    rejects,
  };
}

const small = fc.integer({ min: 0, max: 50 });

describe("the report of a list", () => {
  it("adds up its parts, and reads as many rows as it accepts, leaves out and refuses", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(small, small, small), { maxLength: 8 }), (counts) => {
        const parts = counts.map(([accepted, rejected, blank], part) => report(part + 1, accepted, rejected, blank));
        const total = totalReport(parts);
        const rejected = counts.reduce((sum, [, one]) => sum + one, 0);
        expect(total.read).toBe(total.accepted + total.blank + total.rejected);
        expect(total.cleared).toBe(counts.reduce((sum, [, , blank]) => sum + Math.floor(blank / 2), 0));
        expect(total.rejected).toBe(rejected);
        expect(total.byReason["value-unknown"]).toBe(counts.some(([, one]) => one > 0) ? rejected : undefined);
        expect(total.rejects).toHaveLength(rejected);
      }),
    );
  });

  it("keeps the first refused rows word for word and counts the rest", () => {
    const total = totalReport([report(1, 0, LIMITS.rejectedRowsKept, 0), report(2, 0, 5, 0)]);
    expect(total.rejects).toHaveLength(LIMITS.rejectedRowsKept);
    expect(total.rejects.every((reject) => reject.part === 1)).toBe(true);
    expect(total.rejected).toBe(LIMITS.rejectedRowsKept + 5);
  });

  it.each([
    ["0.02", 2, false],
    ["0.02", 3, true],
    ["0", 0, false],
    ["0", 1, true],
    ["1", 100, false],
    ["0.029999", 3, true],
  ])("with a share of %s, %i refused rows of a hundred are too many: %s", (share, rejected, isTooMany) => {
    expect(hasTooManyRejects(report(1, 100 - rejected, rejected, 0), share)).toBe(isTooMany);
  });
});
