// The small things that every page is set from: instants, digests, figures, marks of what was decided, empty places.

import type { Child } from "hono/jsx";
import { isoInstant, type UnixMillis } from "../domain/instant.ts";
import type { DrawnFigure } from "./charts/regions.ts";
import { setFigure, useReader } from "./reader.ts";

/** An instant, which the page's script puts into the reader's zone. */
export function Instant({ at }: { readonly at: UnixMillis }) {
  return <time datetime={isoInstant(at)}>{useReader().instant(at)}</time>;
}

/** A digest or an id by its first eight characters, with a button that copies the whole. */
export function Digest({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <span class="digest">
      <code>{text.slice(0, 8)}</code>
      <CopyButton text={text} what={what} />
    </span>
  );
}

/** A text that is taken along as it is, with a button that copies it. */
export function Copied({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <p>
      <code class="link">{text}</code> <CopyButton text={text} what={what} />
    </p>
  );
}

function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <button type="button" class="copy" data-copy={text} aria-label={`Copy ${what}`}>
      copy
    </button>
  );
}

type HandedProps = {
  readonly title: string;
  /** What it does, and until when. */
  readonly children: Child;
  readonly text: string;
  readonly what: string;
};

/** A secret that was made a moment ago and is shown this once, to be handed over. */
export function Handed({ title, children, text, what }: HandedProps) {
  return (
    <section class="card" role="status">
      <h2>{title}</h2>
      <p>{children} Hand it over privately: it is shown here and never again.</p>
      <Copied text={text} what={what} />
    </section>
  );
}

export type VerdictKind = "permit" | "wait" | "deny";

const SHAPES = {
  permit: "M3 8.5l3.5 3.5L13 4.5",
  wait: "M14 8A6 6 0 1 1 8 2a6 6 0 0 1 6 6zM8 5v3.5l2 1.5",
  deny: "M4 4l8 8M12 4l-8 8",
} as const;

/** A decision: a colour, a shape and a word, so that none of them is needed alone. */
export function Verdict({ kind, children }: { readonly kind: VerdictKind; readonly children: Child }) {
  return (
    <span class={`verdict ${kind}`}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={SHAPES[kind]} />
      </svg>
      {children}
    </span>
  );
}

/** A figure with its interval, or what is said where it was withheld. */
export function Figure({ figure: { released, interval, says } }: { readonly figure: DrawnFigure }) {
  if (released === undefined) return <span class="withheld">{says ?? "withheld"}</span>;
  const [low, high] = interval ?? [];
  return (
    <>
      <span class="number">{setFigure(released)}</span>
      {low !== undefined && high !== undefined && (
        <span class="interval">
          {" "}
          {setFigure(low)} to {setFigure(high)}
        </span>
      )}
    </>
  );
}

/** A place where nothing stands yet, with what to do first. */
export function Empty({ children }: { readonly children: Child }) {
  return <p class="empty">{children}</p>;
}

/** A form of the session; every act of the console goes through one. */
export function ActForm(props: {
  readonly to: string;
  readonly token: string;
  readonly class?: string;
  /** A worker that the page's script starts for it. */
  readonly worker?: string;
  readonly children: Child;
}) {
  return (
    <form method="post" action={props.to} class={props.class} data-worker={props.worker}>
      <input type="hidden" name="token" value={props.token} />
      {props.children}
    </form>
  );
}

type RowActProps = {
  readonly to: string;
  readonly token: string;
  /** The act with whom it is about, for whoever hears the button alone. */
  readonly label: string;
  readonly children: Child;
};

/** An act at the end of a row, as a button. */
export function RowAct({ to, token, label, children }: RowActProps) {
  return (
    <ActForm to={to} token={token}>
      <button type="submit" class="quiet" aria-label={label}>
        {children}
      </button>
    </ActForm>
  );
}

/** Names as a list with the members' colours. */
export function Swatch({ colour }: { readonly colour: number }) {
  return (
    <svg class="swatch" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <circle class={`dot colour-${colour}`} cx="6" cy="6" r="6" />
    </svg>
  );
}

/** What may be wider than the page: it scrolls by itself, and by keyboard. */
export function Scroll({ label, children }: { readonly label: string; readonly children: Child }) {
  return (
    <section class="scroll" tabindex={0} aria-label={label}>
      {children}
    </section>
  );
}
