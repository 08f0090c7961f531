// An affinity as people see it: the ranked bars, and the same figures as a table beside them.

import { datasetRefSchema, ownerOf } from "../domain/dataset/schema.ts";
import { type Directory, nameOf } from "../domain/policy/words.ts";
import { AffinityPicture } from "./charts/affinity-picture.tsx";
import type { DrawnFigure } from "./charts/regions.ts";
import { Figure, Scroll } from "./pieces.tsx";
import { shownNumeral } from "./reader.ts";
import { plainWord } from "./words.ts";

type Segment = {
  readonly key: string | null;
  readonly shared: DrawnFigure;
  readonly all: DrawnFigure;
  readonly index: DrawnFigure;
  readonly lift?: number | undefined;
};
type Props = {
  readonly attribute: { readonly dataset: string; readonly attribute: string; readonly grouping?: string | undefined };
  readonly segments: readonly Segment[];
  readonly directory: Directory;
};

/** Picture and table of an affinity. */
export function AffinityFigures({ attribute, segments, directory }: Props) {
  const owner = nameOf(directory, ownerOf(datasetRefSchema.parse(attribute.dataset)));
  const by = `${plainWord(attribute.grouping ?? attribute.attribute)} at ${owner}`;
  const named = segments.map((segment) => ({ ...segment, name: segment.key ?? "something else" }));
  return (
    <div class="above">
      <AffinityPicture segments={named} />
      <Scroll label="Figures of the affinity">
        <table>
          <caption>{`Segments by ${by}, the most over-represented first`}</caption>
          <thead>
            <tr>
              <th scope="col">Segment</th>
              <th scope="col">Index</th>
              <th scope="col">Lift</th>
              <th scope="col">People of both lists</th>
              <th scope="col">{`People at ${owner}`}</th>
            </tr>
          </thead>
          <tbody>
            {named.map(({ name, index, lift, shared, all }) => (
              <tr>
                <th scope="row">{name}</th>
                <Cell figure={index} />
                {lift === undefined ? (
                  <td class="hatched">withheld</td>
                ) : (
                  <td>
                    <span class="number">{shownNumeral(lift.toFixed(2))}</span>
                  </td>
                )}
                <Cell figure={shared} />
                <Cell figure={all} />
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

function Cell({ figure }: { readonly figure: DrawnFigure }) {
  return (
    <td class={figure.released === undefined ? "hatched" : undefined}>
      <Figure figure={figure} />
    </td>
  );
}
