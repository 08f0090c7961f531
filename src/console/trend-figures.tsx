// A trend as people see it: the line of what all lists share, and every figure of every answer as a table. A trend of
// tables is a table of its answers, one column each.

import { datasetRefSchema, ownerOf } from "../domain/dataset/schema.ts";
import { unixMillis } from "../domain/instant.ts";
import { type Directory, listed, nameOf } from "../domain/policy/words.ts";
import type { DrawnFigure } from "./charts/regions.ts";
import { type DrawnPoint, TrendPicture } from "./charts/trend-picture.tsx";
import { regionName } from "./overlap-figures.tsx";
import { Figure, Instant, Scroll } from "./pieces.tsx";
import { useReader } from "./reader.ts";

type Key = string | null;
type Point = {
  readonly asOf: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly sizes?: readonly (DrawnFigure & { readonly dataset: string })[] | undefined;
  readonly regions?: readonly (DrawnFigure & { readonly members: readonly string[] })[] | undefined;
  readonly cells?: readonly { readonly keys: readonly Key[]; readonly people: DrawnFigure }[] | undefined;
};
type Props = { readonly points: readonly Point[]; readonly directory: Directory };
type Row = { readonly name: string; readonly figures: readonly DrawnFigure[] };

/** Picture and table of a trend. */
export function TrendFigures({ points, directory }: Props) {
  const drawn = drawnPoints(points, directory);
  const rows = points[0]?.cells === undefined ? regionRows(points, directory) : cellRows(points);
  return (
    <div class="above">
      {drawn.length > 0 && <TrendPicture points={drawn} />}
      <Scroll label="Figures of the trend">
        <table>
          <caption>How many people, answer by answer, the oldest first</caption>
          <thead>
            <tr>
              <th scope="col">{points[0]?.cells === undefined ? "On exactly the lists of" : "Groups"}</th>
              {points.map(({ asOf }) => (
                <th scope="col">
                  <Instant at={unixMillis(Date.parse(asOf))} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, figures }) => (
              <tr>
                <th scope="row">{name}</th>
                {figures.map((figure) => (
                  <td class={figure.released === undefined ? "hatched" : undefined}>
                    <Figure figure={figure} />
                  </td>
                ))}
              </tr>
            ))}
            <Renewed points={points} directory={directory} />
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

const NOTHING: DrawnFigure = { withheld: true, says: "withheld" };

// What all lists share, answer by answer; nothing where tables were answered.
function drawnPoints(points: readonly Point[], directory: Directory): readonly DrawnPoint[] {
  return points.flatMap(({ asOf, sizes, regions, versions }, index) => {
    if (sizes === undefined || regions === undefined) return [];
    const figure = regions.find(({ members }) => members.length === sizes.length) ?? NOTHING;
    const at = Date.parse(asOf);
    const [day, instant] = [useReader().date(asOf.slice(0, 10)), useReader().instant(unixMillis(at))];
    return [{ at, day, instant, figure, renewed: renewedIn(versions, points[index - 1], directory) }];
  });
}

function renewedIn(versions: Point["versions"], before: Point | undefined, directory: Directory): string[] {
  if (before === undefined) return [];
  return Object.entries(versions)
    .filter(([list, version]) => before.versions[list] !== version)
    .map(([list]) => ownerName(list, directory));
}

function regionRows(points: readonly Point[], directory: Directory): readonly Row[] {
  const sizes = points[0]?.sizes ?? [];
  const regions = points[0]?.regions ?? [];
  return [
    ...regions.map(({ members }) => ({
      name: regionName(
        members.map((list) => ownerName(list, directory)),
        sizes.length,
      ),
      figures: points.map((point) => point.regions?.find((one) => isSame(one.members, members)) ?? NOTHING),
    })),
    ...sizes.map(({ dataset }) => ({
      name: `everybody at ${ownerName(dataset, directory)}`,
      figures: points.map((point) => point.sizes?.find((one) => one.dataset === dataset) ?? NOTHING),
    })),
  ];
}

function cellRows(points: readonly Point[]): readonly Row[] {
  return (points[0]?.cells ?? []).map(({ keys }) => ({
    name: keys.map((key) => key ?? "something else").join(", "),
    figures: points.map((point) => point.cells?.find((one) => isSame(one.keys, keys))?.people ?? NOTHING),
  }));
}

function Renewed({ points, directory }: Props) {
  return (
    <tr>
      <th scope="row">New versions</th>
      {points.map(({ versions }, index) => (
        <td>{listed(renewedIn(versions, points[index - 1], directory)) || "none"}</td>
      ))}
    </tr>
  );
}

function isSame(left: readonly Key[], right: readonly Key[]): boolean {
  return left.length === right.length && left.every((key, index) => key === right[index]);
}

function ownerName(list: string, directory: Directory): string {
  return nameOf(directory, ownerOf(datasetRefSchema.parse(list)));
}
