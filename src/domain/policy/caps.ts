// Caps on how often something may happen, in the order of strictness: fewer in a longer time is stricter, since at most
// n in any P days is at most n in any shorter stretch as well.

/** So often within any so many days. */
type Rate = { readonly count: number; readonly periodDays: number };
type AnalysisRate = Rate & { readonly analysis: string };

function isCapWithin(inner: Rate, outer: Rate): boolean {
  return inner.count <= outer.count && inner.periodDays >= outer.periodDays;
}

/** Whether one cap on requests follows from another. */
export function isRequestCapWithin(inner: AnalysisRate, outer: AnalysisRate): boolean {
  return inner.analysis === outer.analysis && isCapWithin(inner, outer);
}

/** The caps on requests from which all others follow, each once, in one order. */
export function strictestCaps<Cap extends AnalysisRate>(caps: readonly Cap[]): readonly Cap[] {
  return strictest(caps, isRequestCapWithin).sort((left, right) =>
    left.analysis === right.analysis ? left.count - right.count : left.analysis < right.analysis ? -1 : 1,
  );
}

/** The same of caps on anything else. */
export function strictestRates<Cap extends Rate>(caps: readonly Cap[]): readonly Cap[] {
  return strictest(caps, isCapWithin).sort((left, right) => left.count - right.count);
}

// The caps from which all others follow, each once. O(caps²), and caps are few.
function strictest<Cap>(caps: readonly Cap[], isCapInside: (inner: Cap, outer: Cap) => boolean): Cap[] {
  return caps.filter((cap, index) =>
    caps.every((other, place) => {
      if (place === index || !isCapInside(other, cap)) return true;
      return isCapInside(cap, other) && index < place;
    }),
  );
}

/** Whether every cap of the outer follows from one of the inner. */
export function areRatesWithin(inner: readonly Rate[] | undefined, outer: readonly Rate[]): boolean {
  return outer.every((cap) => inner?.some((own) => isCapWithin(own, cap)) === true);
}
