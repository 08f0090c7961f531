// Who may open what: role by route, the whole of the console's authorisation. A route that is not here does not exist,
// and `mount.ts` serves none without asking this table.

import type { Role } from "../domain/person/person.ts";

const ASKING = ["marketer", "admin"] as const;
const WATCHING = ["compliance", "admin"] as const;
const ALL = ["marketer", "compliance", "admin"] as const;
const RUNNING = ["operator"] as const;
const ANYBODY = [...ALL, ...RUNNING] as const;

/** The roles that may open each route. */
export const ACCESS = {
  "GET /console": ANYBODY,
  "GET /console/home": ASKING,
  "GET /console/explore": ASKING,
  "POST /console/explore": ASKING,
  "GET /console/answers": ASKING,
  "GET /console/answers/:release": ASKING,
  "GET /console/audiences": ASKING,
  "GET /console/audiences/new": ASKING,
  "POST /console/audiences/new": ASKING,
  "GET /console/audiences/:release": ASKING,
  "POST /console/audiences/:release/rows": ASKING,
  "GET /console/audiences/requests/:request": ASKING,
  "POST /console/audiences/requests/:request": ASKING,
  "GET /console/lists": ASKING,
  "GET /console/lists/new": ASKING,
  "POST /console/lists/new": ASKING,
  "GET /console/lists/:dataset": ASKING,
  "POST /console/lists/:dataset/uploads": ASKING,
  "GET /console/uploads/:upload": ASKING,
  "PUT /console/uploads/:upload/parts/:part": ASKING,
  "POST /console/uploads/:upload/commit": ASKING,
  "POST /console/uploads/:upload/drop": ASKING,
  "GET /console/contracts": ALL,
  "GET /console/contracts/new": ALL,
  "POST /console/contracts/new": ALL,
  "POST /console/contracts/offers": WATCHING,
  "GET /console/contracts/:contract": ALL,
  "GET /console/contracts/:contract/difference": ALL,
  "GET /console/inbox": WATCHING,
  "POST /console/inbox/:request": WATCHING,
  "GET /console/learned": WATCHING,
  "GET /console/log": WATCHING,
  "GET /console/log/events": WATCHING,
  "GET /console/log/verify": WATCHING,
  "GET /console/log/verify/room": WATCHING,
  "GET /console/log/verify/entries": WATCHING,
  "GET /console/log/verify/leaves": WATCHING,
  "GET /console/log/:index": WATCHING,
  "GET /console/policy": WATCHING,
  "GET /console/policy/exposure": WATCHING,
  "GET /console/budgets": WATCHING,
  "GET /console/evidence": WATCHING,
  "POST /console/evidence": WATCHING,
  "GET /console/rights": WATCHING,
  "POST /console/rights/access": WATCHING,
  "POST /console/rights/erasure": WATCHING,
  "POST /console/rights/objection": WATCHING,
  "POST /console/rights/withdrawal": WATCHING,
  "POST /console/rights/notices": WATCHING,
  "POST /console/rights/acknowledgement": WATCHING,
  "GET /console/retention": WATCHING,
  "GET /console/keys": WATCHING,
  "GET /console/people": ["admin"],
  "POST /console/people": ["admin"],
  "POST /console/people/:person/link": ["admin"],
  "POST /console/people/:person/removal": ["admin"],
  "GET /console/room": RUNNING,
  "POST /console/room/partners": RUNNING,
  "POST /console/room/partners/:partner/code": RUNNING,
  "POST /console/room/partners/:partner/code-end": RUNNING,
  "GET /console/health": RUNNING,
  "POST /console/sign-out": ANYBODY,
} as const satisfies Record<string, readonly Role[]>;

export type PlaceName = keyof typeof ACCESS;

/** Whether a role opens a place. */
export function mayOpen(role: Role, place: PlaceName): boolean {
  const roles: readonly Role[] = ACCESS[place];
  return roles.includes(role);
}

/** The places of the left rail under their headings, in its order. */
const RAIL = [
  {
    heading: "Ask",
    places: [
      ["GET /console/home", "Home"],
      ["GET /console/explore", "Explore"],
      ["GET /console/audiences", "Audiences"],
      ["GET /console/lists", "Lists"],
      ["GET /console/contracts", "Contracts"],
    ],
  },
  {
    heading: "Watch",
    places: [
      ["GET /console/inbox", "Inbox"],
      ["GET /console/learned", "Who learned what"],
      ["GET /console/log", "Log"],
      ["GET /console/budgets", "Budgets"],
      ["GET /console/evidence", "Evidence"],
    ],
  },
  {
    heading: "Keep",
    places: [
      ["GET /console/policy", "Policy"],
      ["GET /console/rights", "Rights"],
      ["GET /console/retention", "Retention"],
      ["GET /console/keys", "Keys"],
    ],
  },
  { heading: "Run", places: [["GET /console/people", "People"]] },
  {
    heading: "Room",
    places: [
      ["GET /console/room", "Partners"],
      ["GET /console/health", "Health"],
    ],
  },
] as const satisfies readonly RailHeading[];

type RailHeading = { readonly heading: string; readonly places: readonly (readonly [PlaceName, string])[] };

export type RailPlace = { readonly href: string; readonly name: string };
export type RailGroup = { readonly heading: string; readonly places: readonly RailPlace[] };

/** What the rail of a role shows: its places, seven at the most under a heading, and no heading without one. */
export function railOf(role: Role): readonly RailGroup[] {
  return RAIL.map(({ heading, places }) => ({
    heading,
    places: places.filter(([place]) => mayOpen(role, place)).map(([place, name]) => ({ href: place.slice(4), name })),
  })).filter(({ places }) => places.length > 0);
}

const ENTRANCES = ["GET /console/home", "GET /console/inbox", "GET /console/room"] as const satisfies PlaceName[];

/** Where a role comes in: the first of these that it may open. */
export function entranceOf(role: Role): string {
  const found = ENTRANCES.find((place) => mayOpen(role, place));
  if (found === undefined) throw new Error("every role has a place to come in");
  return found.slice(4);
}
