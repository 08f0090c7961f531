// Expected failure as a value. A thrown error means a bug or a broken adapter.

export type Ok<Value> = { readonly ok: true; readonly value: Value };
export type Err<Failure> = { readonly ok: false; readonly error: Failure };
export type Result<Value, Failure> = Ok<Value> | Err<Failure>;

/** The good outcome. */
export function ok<Value>(value: Value): Ok<Value> {
  return { ok: true, value };
}

/** The expected failure. */
export function err<Failure>(error: Failure): Err<Failure> {
  return { ok: false, error };
}

/** Ends a `switch` over a union: the type checker proves that nothing reaches it. */
export function unreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}
