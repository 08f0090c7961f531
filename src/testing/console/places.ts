// Every page of the console worth looking at, as two companies see them: what is full at one is empty at the other.

import type { Member } from "../journeys/world.ts";
import type { ConsoleWorld } from "./world.ts";

export type ConsolePlace = { readonly name: string; readonly address: string };

/** The pages of a company, by name and address. */
export function placesOf(
  { contracts, amended, answers, lists, sunline }: ConsoleWorld,
  { id }: Pick<Member, "id">,
): ConsolePlace[] {
  const shared = [
    { name: "home", address: "/console/home" },
    { name: "answers", address: "/console/answers" },
    { name: "contracts", address: "/console/contracts" },
    { name: "inbox", address: "/console/inbox" },
    { name: "learned", address: "/console/learned" },
    { name: "log", address: "/console/log" },
    { name: "verify", address: "/console/log/verify" },
    { name: "log-denials", address: "/console/log?kind=deny" },
    { name: "policy", address: "/console/policy" },
    { name: "exposure", address: "/console/policy/exposure" },
    { name: "budgets", address: "/console/budgets" },
    { name: "evidence", address: "/console/evidence" },
    { name: "rights", address: "/console/rights" },
    { name: "retention", address: "/console/retention" },
    { name: "keys", address: "/console/keys" },
    { name: "people", address: "/console/people" },
    { name: "audiences", address: "/console/audiences" },
    { name: "lists", address: "/console/lists" },
    { name: "list-new", address: "/console/lists/new" },
    { name: "list", address: "/console/lists/customers" },
    { name: "nowhere", address: "/console/nowhere" },
    { name: "explore-four", address: `/console/explore?contract=${contracts.four}` },
  ];
  if (id !== sunline.id) return shared.map(({ name, address }) => ({ name: `other-${name}`, address }));
  const tier = encodeURIComponent(`${sunline.id}/customers|tier|gold`);
  return [
    ...shared,
    { name: "contract", address: `/console/contracts/${contracts.pair}` },
    { name: "contract-amended", address: `/console/contracts/${amended}` },
    { name: "contract-new", address: "/console/contracts/new" },
    { name: "contract-next", address: `/console/contracts/new?amends=${contracts.pair}` },
    { name: "contract-difference", address: `/console/contracts/${amended}/difference` },
    { name: "contract-first", address: `/console/contracts/${contracts.three}/difference` },
    ...explorerPlaces(contracts, tier),
    { name: "answer-two", address: `/console/answers/${answers.two}` },
    { name: "answer-three", address: `/console/answers/${answers.three}` },
    { name: "answer-four", address: `/console/answers/${answers.four}` },
    { name: "answer-crosstab", address: `/console/answers/${answers.crosstab}` },
    { name: "answer-affinity", address: `/console/answers/${answers.affinity}` },
    { name: "answer-trend", address: `/console/answers/${answers.trend}` },
    { name: "log-entry", address: "/console/log/30" },
    ...listPlaces(lists, contracts, tier),
  ];
}

type World = Pick<ConsoleWorld, "lists" | "contracts">;

// Lists of people, in every state that the world has one in.
function listPlaces(lists: World["lists"], contracts: World["contracts"], tier: string): readonly ConsolePlace[] {
  return [
    { name: "audiences-ready", address: "/console/audiences?state=ready" },
    { name: "audiences-expired", address: "/console/audiences?state=expired" },
    { name: "audiences-refused", address: "/console/audiences?state=refused" },
    { name: "audience-ready", address: `/console/audiences/${lists.ready}` },
    { name: "audience-withheld", address: `/console/audiences/${lists.withheld}` },
    { name: "audience-waiting", address: `/console/audiences/requests/${lists.waiting}` },
    { name: "audience-build", address: `/console/audiences/new?contract=${contracts.pair}&among=${tier}` },
    { name: "audience-suppression", address: `/console/audiences/new?contract=${contracts.three}&kind=suppression` },
  ];
}

function explorerPlaces(contracts: ConsoleWorld["contracts"], tier: string): ConsolePlace[] {
  return [
    { name: "explore", address: `/console/explore?contract=${contracts.three}` },
    { name: "explore-among", address: `/console/explore?contract=${contracts.pair}&among=${tier}` },
    { name: "explore-denied", address: `/console/explore?contract=${contracts.pair}&purpose=activation` },
    { name: "explore-affinity", address: `/console/explore?contract=${contracts.three}&analysis=affinity` },
    { name: "explore-trend", address: `/console/explore?contract=${contracts.three}&analysis=trend` },
    { name: "explore-recorded", address: `/console/explore?contract=${contracts.pair}` },
  ];
}

/** The pages of whoever runs the room. */
export const ROOM_PLACES: readonly ConsolePlace[] = [
  { name: "room-partners", address: "/console/room" },
  { name: "room-health", address: "/console/health" },
];
