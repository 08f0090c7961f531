// An overlap as people see it: the picture, and the same figures as a table beside it.

import { listed } from "../domain/policy/words.ts";
import { EulerPicture } from "./charts/euler-picture.tsx";
import { Hatch } from "./charts/hatch.tsx";
import { bySize, type DrawnFigure, type DrawnOverlap, type DrawnRegion, reachOf } from "./charts/regions.ts";
import { UpsetPicture } from "./charts/upset-picture.tsx";
import { Figure, Scroll, Swatch } from "./pieces.tsx";
import { useReader } from "./reader.ts";

type Rates = readonly { readonly dataset: string; readonly share: number }[];

/** Picture and table of an overlap. */
export function OverlapFigures({ overlap, rates }: { readonly overlap: DrawnOverlap; readonly rates: Rates }) {
  const isFew = overlap.lists.length <= 3;
  return (
    <div class={isFew ? "beside" : "above"}>
      <div>
        <ul class="key">
          {overlap.lists.map(({ ref, name, colour, size }) => (
            <li>
              <Swatch colour={colour} />
              <span>
                {name}: <Figure figure={size} />
                <MatchRate rate={rates.find(({ dataset }) => dataset === ref)?.share} />
              </span>
            </li>
          ))}
        </ul>
        {isFew ? <EulerPicture overlap={overlap} /> : <UpsetPicture overlap={overlap} />}
      </div>
      <RegionTable overlap={overlap} />
    </div>
  );
}

function MatchRate({ rate }: { readonly rate: number | undefined }) {
  return rate === undefined ? null : (
    <span class="under">{`${useReader().percent(rate, 1)} of them are on every list`}</span>
  );
}

function RegionTable({ overlap }: { readonly overlap: DrawnOverlap }) {
  const regions = bySize(overlap.regions);
  const reach = reachOf(regions.map(({ figure }) => figure));
  return (
    <Scroll label="Figures of the overlap">
      <table class="regions">
        <caption>People who are on exactly these lists</caption>
        <thead>
          <tr>
            <th scope="col">On the lists of</th>
            <th scope="col" class="number">
              {"People, and 95\u00a0% interval"}
            </th>
            <th scope="col">
              <span class="unseen">Interval as a line</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {regions.map((region, index) => (
            <tr>
              <th scope="row">{namesOf(overlap, region)}</th>
              <td class="number">
                <Figure figure={region.figure} />
              </td>
              <td>
                <IntervalLine figure={region.figure} reach={reach} place={index} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function namesOf({ lists }: DrawnOverlap, { members }: DrawnRegion): string {
  const names = lists.filter(({ ref }) => members.includes(ref)).map(({ name }) => name);
  return regionName(names, lists.length);
}

/** Who is on exactly the lists of these, of so many lists. */
export function regionName(names: readonly string[], lists: number): string {
  return names.length === 1 && lists > 1 ? `${names.join("")} alone` : listed(names);
}

type LineProps = { readonly figure: DrawnFigure; readonly reach: number; readonly place: number };

const LENGTH = 90;

function IntervalLine({ figure: { released, interval }, reach, place }: LineProps) {
  const id = `row-hatch-${place}`;
  if (released === undefined) {
    return (
      <svg class="line" viewBox={`0 0 ${LENGTH} 14`} width={LENGTH} height="14" aria-hidden="true">
        <defs>
          <Hatch id={id} />
        </defs>
        <rect class="withheld-bar" fill={`url(#${id})`} x="0.5" y="2.5" width="24" height="9" />
      </svg>
    );
  }
  const x = (value: number) => ((value / reach) * (LENGTH - 4)).toFixed(1);
  const [low, high] = interval ?? [released, released];
  return (
    <svg class="line" viewBox={`0 0 ${LENGTH} 14`} width={LENGTH} height="14" aria-hidden="true">
      <rect class="bar" x="0" y="3" width={x(Math.max(0, released))} height="8" />
      <path class="whisker" d={`M${x(low ?? 0)} 7H${x(high ?? 0)}M${x(low ?? 0)} 3v8M${x(high ?? 0)} 3v8`} />
    </svg>
  );
}
