// What a matcher tells of the people of a version, for whoever asks what is stored of them.

/** What a version says of a person in one of its rows. */
export type StoredRow = {
  readonly record: string;
  /** The value of each attribute that the row has one of. */
  readonly attributes: { readonly [attribute: string]: string };
  /** Each measure that the row has, in its smallest unit. */
  readonly measures: { readonly [measure: string]: number };
  /** What the person consents to: what all of its rows do. */
  readonly consents: readonly string[];
};
