// Why no grant covers a request, told by the grant that comes nearest: one sentence for each condition it misses.

import { unreachable } from "../result.ts";
import { breachesOf } from "./breaches.ts";
import { type AccessRequest, type Condition, isAddressed, limitsGranted, missesOf } from "./cover.ts";
import type { Grant } from "./document.ts";
import type { Reason, Source } from "./reasons.ts";
import { ANALYSIS_WORDS, listed, possessive, USE_WORDS } from "./words.ts";

/** The reasons of a denial by default. Requires that no grant covers the request. */
export function nearestGrant(source: Source, grants: readonly Grant[], access: AccessRequest): readonly Reason[] {
  const [nearest] = grants
    .map((grant, index) => ({ grant, index, misses: missesOf(grant, access) }))
    .filter(({ grant }) => isAddressed(grant, access))
    .sort((left, right) => left.misses.length - right.misses.length);
  if (nearest === undefined) {
    const says = `${possessive(access.owner.name)} own rules do not let ${access.recipient.name} learn anything`;
    return [{ ...source, pointer: "/grants", effect: "denies", says }];
  }
  const { grant, index, misses } = nearest;
  const whose = `${possessive(access.owner.name)} rule “${grant.id}”`;
  const lacks = misses.filter((miss) => miss !== "attributes" || usesMissed(grant, access).length > 0);
  const told = [
    ...lacks.map((miss) => ({ place: miss, says: lack(miss, grant, access) })),
    ...breachesOf(grant, access).map(({ place, says }) => ({ place: `attributes/${place}`, says })),
  ];
  return told.map(({ place, says }) => ({
    ...source,
    pointer: `/grants/${index}/${place}`,
    effect: "denies",
    says: `${whose} ${says}`,
  }));
}

function lack(miss: Condition, grant: Grant, access: AccessRequest): string {
  const { recipient, purpose, analysis } = access;
  switch (miss) {
    case "purposes":
      return `covers ${recipient.name} for ${listed(grant.purposes)}, not for ${purpose}`;
    case "analyses": {
      const covered = listed(grant.analyses.map((one) => ANALYSIS_WORDS[one]));
      return `covers ${recipient.name} for ${covered}, not for ${ANALYSIS_WORDS[analysis]}`;
    }
    case "attributes":
      return `does not let ${recipient.name} use ${listed(usesMissed(grant, access), "or")}`;
    case "channels":
      return lackOfChannel(grant, access);
    case "until":
      return `covered ${recipient.name} until ${grant.until} and no longer`;
    default:
      return unreachable(miss);
  }
}

function usesMissed(grant: Grant, access: AccessRequest): string[] {
  return access.attributes.flatMap(({ name, uses }) => {
    const missed = uses.filter((use) => limitsGranted(grant, name, use) === undefined);
    return missed.length === 0 ? [] : [`“${name}” to ${listed(missed.map((use) => USE_WORDS[use]))}`];
  });
}

function lackOfChannel(grant: Grant, { recipient, channel }: AccessRequest): string {
  if (channel === null) return `asks through which channel ${recipient.name} would reach people, and none is named`;
  if (grant.channels.length === 0) return `lets ${recipient.name} reach people through no channel at all`;
  return `lets ${recipient.name} reach people through ${listed(grant.channels)}, not through ${channel}`;
}
