// The frame around every page: rail, head, main. One document, no inline style or script.

import type { Child } from "hono/jsx";
import type { Reader } from "../domain/languages.ts";
import { type RailPlace, railOf } from "./access.ts";
import { assetHref, type ScriptName } from "./assets.ts";
import { ActForm } from "./pieces.tsx";
import { ReaderContext } from "./reader.ts";
import type { Visitor } from "./visit.ts";
import { ROLE_WORDS } from "./words.ts";

const HTMX = JSON.stringify({ allowEval: false, includeIndicatorStyles: false, historyCacheSize: 0 });

type DocumentProps = {
  readonly title: string;
  readonly visitor: Visitor | null;
  readonly reader: Reader;
  /** The path of the page, for the rail. */
  readonly path: string;
  readonly main: Child;
  readonly act?: Child | undefined;
  readonly script?: ScriptName | undefined;
};

/** A page as text. */
export async function documentText(props: DocumentProps): Promise<string> {
  const page = (
    <ReaderContext.Provider value={props.reader}>
      <Document {...props} />
    </ReaderContext.Provider>
  );
  return `<!doctype html>${await page.toString()}`;
}

function Document({ title, visitor, path, main, act, script }: DocumentProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content={HTMX} />
        <title>{`${title} · Concordat`}</title>
        <link rel="icon" href={assetHref("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={assetHref("console.css")} />
        <script src={assetHref("htmx.min.js")} defer />
        <script src={assetHref("console.js")} defer />
        {script !== undefined && <script src={assetHref(script)} defer />}
      </head>
      <body class={visitor === null ? "outside" : "inside"}>
        <a class="skip" href="#main">
          To the page
        </a>
        <header class="rail">
          <a class="mark" href="/console">
            Concordat
          </a>
          {visitor !== null && <Rail visitor={visitor} path={path} />}
        </header>
        <main id="main" tabindex={-1}>
          <div class="head">
            <h1>{title}</h1>
            {act !== undefined && <div class="act">{act}</div>}
          </div>
          {main}
        </main>
      </body>
    </html>
  );
}

function Rail({ visitor, path }: { readonly visitor: Visitor; readonly path: string }) {
  return (
    <>
      <button type="button" class="quiet places" popovertarget="places">
        Places
      </button>
      <nav aria-label="Console" id="places" popover>
        {railOf(visitor.person.role).map(({ heading, places }) => (
          <div>
            <p id={`rail-${heading.toLowerCase()}`}>{heading}</p>
            <ul aria-labelledby={`rail-${heading.toLowerCase()}`}>
              {places.map((place) => (
                <RailLink place={place} path={path} />
              ))}
            </ul>
          </div>
        ))}
        <p class="signed-in">{`${visitor.person.name}, ${ROLE_WORDS[visitor.person.role]}, ${visitor.company}`}</p>
      </nav>
      <div class="who">
        <p>
          <strong>{visitor.person.name}</strong>
          <span>{`${ROLE_WORDS[visitor.person.role]}, ${visitor.company}`}</span>
        </p>
        <ActForm to="/console/sign-out" token={visitor.token}>
          <button type="submit" class="quiet">
            Sign out
          </button>
        </ActForm>
      </div>
    </>
  );
}

function RailLink({ place: { href, name }, path }: { readonly place: RailPlace; readonly path: string }) {
  return (
    <li>
      <a href={href} aria-current={isAt(path, href) ? "page" : undefined}>
        {name}
      </a>
    </li>
  );
}

// Answers have no place of their own: they are what exploring came to.
function isAt(path: string, href: string): boolean {
  const place = path.startsWith("/console/answers") ? "/console/explore" : path;
  return place === href || place.startsWith(`${href}/`);
}
