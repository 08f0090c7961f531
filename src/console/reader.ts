// Whoever reads a page, as a context of its rendering: every figure, share and date that a component sets is set for
// them.

import { createContext, useContext } from "hono/jsx";
import { datesAnew, type Reader, setAnew } from "../domain/languages.ts";
import { setNumeral } from "../domain/notation.ts";
import { counted, type Directory, figure } from "../domain/policy/words.ts";
import { sentence } from "./words.ts";

/** Whoever reads the page that is being rendered. */
export const ReaderContext = createContext<Reader | null>(null);

/**
 * The reader of the page that is being rendered: for components, and for what they call.
 * @throws Error where no page is being rendered, as in a page's own function, which has the reader of its visit
 */
export function useReader(): Reader {
  const reader = useContext(ReaderContext);
  if (reader === null) throw new Error("a figure is set where no page is being rendered");
  return reader;
}

/** A count as the reader of the page sets it. */
export function setFigure(count: number): string {
  return figure(count, useReader().notation);
}

/** `1 day`, `1.200 days`, as the reader sets the count. */
export function shownCount(count: number, thing: string): string {
  return counted(count, thing, useReader().notation);
}

/** A numeral, such as `0.5` or `12.30`, as the reader sets it. */
export function shownNumeral(numeral: string): string {
  return setNumeral(numeral, useReader().notation);
}

/**
 * A sentence of the rules, which has the notation of documents, as a sentence of the page: its figures and dates as the
 * reader sets them. What is quoted stays, and so do the names of the directory, whatever digits they hold.
 */
export function shownSentence(text: string, directory: Directory = new Map()): string {
  return sentence(shownText(text, directory));
}

/** The same of what is no whole sentence. */
export function shownText(text: string, directory: Directory = new Map()): string {
  return setAnew(
    text,
    useReader(),
    [...directory.values()].map(({ name }) => name),
  );
}

/** Text whose figures are the reader's already, with its calendar dates as the reader sets them. */
export function shownDates(text: string): string {
  return datesAnew(text, useReader());
}
