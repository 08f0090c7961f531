// What no grant can open: prohibitions, contracts with a member that the owner shuns, lists promised to somebody else,
// and attributes that are sensitive or banned. Every clause that refuses a request is told.

import { type AccessRequest, isForbidden, isNamed, isOwnRequest } from "./cover.ts";
import type { Policy } from "./document.ts";
import { SENSITIVE_CATEGORIES, type SensitiveCategory } from "./sensitive.ts";
import { stated } from "./uses-document.ts";
import { listed } from "./words.ts";

/** A clause of a policy that refuses a request, with the sentence that says so. */
export type Refusal = { readonly pointer: string; readonly says: string };

/** Every clause that refuses a request, whatever a grant says. One clause more never takes a refusal away. */
export function refusalsOf(policy: Policy, access: AccessRequest): readonly Refusal[] {
  return [
    ...forbidden(policy, access),
    ...excluded(policy, access),
    ...promised(policy, access),
    ...sensitive(access),
    ...banned(policy, access),
  ];
}

function forbidden({ prohibitions }: Policy, access: AccessRequest): Refusal[] {
  const { owner, recipient } = access;
  return prohibitions.flatMap((clause, index) => {
    if (!isForbidden(clause, access)) return [];
    const says = `${owner.name} does not let ${recipient.name} ask this: ${clause.because}`;
    return [{ pointer: `/prohibitions/${index}`, says }];
  });
}

function excluded({ exclusions }: Policy, access: AccessRequest): Refusal[] {
  const { owner, purpose } = access;
  const others = isOwnRequest(access) ? access.alongside : [access.recipient, ...access.alongside];
  return stated(exclusions).flatMap((clause, index) => {
    const isSpokenOf = clause.purposes === undefined || clause.purposes.includes(purpose);
    const shunned = others.filter((member) => isNamed(clause.with, member)).map(({ name }) => name);
    if (!isSpokenOf || shunned.length === 0) return [];
    const shared = `under a contract with ${listed(shunned)}`;
    const says = `${owner.name} gives nothing ${shared} for ${purpose}: ${clause.because}`;
    return [{ pointer: `/exclusions/${index}`, says }];
  });
}

// To whom a list is promised is not told to the others.
function promised({ exclusives }: Policy, access: AccessRequest): Refusal[] {
  const { owner, recipient, purpose, on } = access;
  if (isOwnRequest(access)) return [];
  return stated(exclusives).flatMap((clause, index) => {
    const isSpokenOf = clause.purposes.includes(purpose) && clause.from <= on && on <= clause.until;
    if (!isSpokenOf || isNamed(clause.to, recipient)) return [];
    const days = `from ${clause.from} until ${clause.until}`;
    const says = `${owner.name} has promised its lists for ${purpose} to others alone ${days}: ${clause.because}`;
    return [{ pointer: `/exclusives/${index}`, says }];
  });
}

function sensitive({ attributes }: AccessRequest): Refusal[] {
  return attributes.flatMap(({ name }) => {
    const category = sensitiveCategory(name);
    if (category === undefined) return [];
    return [{ pointer: "", says: `“${name}” tells of ${SENSITIVE_CATEGORIES[category]}, which no rule can open` }];
  });
}

function banned(policy: Policy, { owner, attributes }: AccessRequest): Refusal[] {
  return attributes.flatMap(({ name }) => {
    const index = stated(policy.banned).indexOf(name);
    return index < 0 ? [] : [{ pointer: `/banned/${index}`, says: `${owner.name} lets nobody use “${name}”` }];
  });
}

/** The sensitive category that an attribute is named after, if it is. */
export function sensitiveCategory(attribute: string): SensitiveCategory | undefined {
  const words = `-${attribute}-`;
  // SAFETY: the keys of a constant object are those of its type.
  const categories = Object.keys(SENSITIVE_CATEGORIES) as SensitiveCategory[];
  return categories.find((category) => words.includes(`-${category}-`));
}
