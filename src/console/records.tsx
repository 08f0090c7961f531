// A table of things, a row each: people, keys, entries of the log. In a wide window it is a table; in a narrow one each
// row stands as a block whose cells name their columns, so that nothing lies beyond the edge. Tables of figures, which
// are compared across rows, stay tables everywhere and scroll.

import type { Child } from "hono/jsx";
import { Scroll } from "./pieces.tsx";

/** `heading`: what the row is about. `number`: figures, under each other. `acts`: buttons, whose name is unseen. */
export type Column = { readonly name: string; readonly as?: "heading" | "number" | "acts" };

type Props = {
  /** What the table is of, for whoever hears it. */
  readonly label: string;
  readonly columns: readonly Column[];
  /** As many cells in each row as there are columns. */
  readonly rows: readonly (readonly Child[])[];
};

/** The table. */
export function Records({ label, columns, rows }: Props) {
  return (
    <Scroll label={label}>
      <table class="records">
        <thead>
          <tr>
            {columns.map(({ name, as }) => (
              <th scope="col" class={as === "number" ? "number" : undefined}>
                {as === "acts" ? <span class="unseen">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {columns.map((column, at) => (
                <Cell column={column}>{cells[at]}</Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Cell({ column: { name, as }, children }: { readonly column: Column; readonly children: Child }) {
  if (as === "heading") {
    return (
      <th scope="row" data-label={name}>
        {children}
      </th>
    );
  }
  return (
    <td class={as} data-label={as === "acts" ? undefined : name}>
      {children}
    </td>
  );
}
