// Branded primitives: a value that has passed its one constructor, told apart by the type checker alone.
// Each brand's constructor stands next to its type; nowhere else may a cast make one.

declare const brand: unique symbol;

export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
