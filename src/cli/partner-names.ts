// What partners and their lists are called in lines for people: names of the directory, where the room gives them.

import { possessive } from "../domain/policy/words.ts";
import { everyItem, type Session } from "./session.ts";

export type Names = {
  /** `Harbour Yachts`; the id of a partner without a name. */
  readonly of: (partner: string) => string;
  /** `Harbour Yachts' “customers”`, of a list such as `harbour-yachts/customers`. */
  readonly list: (list: string) => string;
  /** `“tier” at Harbour Yachts`, of an attribute of a list. */
  readonly attribute: (list: string, attribute: string) => string;
};

/** Everybody's name in the room of a session. Where it gives none, ids stand: names are for reading alone. */
export async function namesIn({ client }: Session): Promise<Names> {
  const partners = await everyItem((after) =>
    client.call((api) => api.GET("/v1/partners", { params: { query: after } })),
  );
  return namesOf(partners.ok ? partners.value : []);
}

/** The names of so many partners. */
export function namesOf(partners: readonly { readonly id: string; readonly name: string }[]): Names {
  const known = new Map(partners.map(({ id, name }) => [id, name]));
  const of = (partner: string): string => known.get(partner) ?? partner;
  const split = (list: string): readonly [string, string] => {
    const [owner = list, name = list] = list.split("/");
    return [of(owner), name];
  };
  return {
    of,
    list: (list) => {
      const [owner, name] = split(list);
      return `${possessive(owner)} “${name}”`;
    },
    attribute: (list, attribute) => `“${attribute}” at ${split(list)[0]}`,
  };
}
