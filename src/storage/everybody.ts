// For acts that conclude something from what is not there, such as which files nothing names: row-level security hides
// rows of partners for whom the transaction does not act, and what is hidden must not pass for absent.

import type { Statements } from "./pool.ts";

/** Fails, as a bug of the caller, unless the transaction acts for every partner of the room. */
export async function assertActsForEverybody(tx: Statements): Promise<void> {
  const [row] = await tx<{ isPartial: boolean }[]>`
    select not concordat.acts() or exists (
      select from concordat.partner where id <> 'operator' and id <> all (concordat.parties())) as "isPartial"`;
  if (row?.isPartial !== false) throw new Error("this act needs to act for every partner of the room");
}
