// Sums over the whole room, for whoever runs it.

import type { RoomFiguresRow } from "../ports/room-figures.ts";
import type { Transaction } from "../ports/store.ts";
import { assertActsForEverybody } from "./everybody.ts";
import type { Statements } from "./pool.ts";

export function roomFigures(tx: Statements): Transaction["roomFigures"] {
  return {
    read: async () => {
      await assertActsForEverybody(tx);
      const [row] = await tx<RoomFiguresRow[]>`
        select
          (select count(*) from concordat.version where deleted_at is null)::int4 as "files",
          (select coalesce(sum(bytes), 0) from concordat.version where deleted_at is null)::float8 as "fileBytes",
          pg_database_size(current_database())::float8 as "databaseBytes",
          (select count(*) from concordat.upload where state = 'open')::int4 as "uploadsOpen",
          (select count(*) from concordat.approval_request request where not exists (
            select from concordat.approval_event event
            where event.recipient = request.recipient and event.request = request.id
              and event.kind <> 'approved'))::int4 as "questionsWaiting",
          ((select count(*) from concordat.contract_deletion where entry is null)
            + (select count(*) from concordat.data_key
              where destroyed_at is not null and entry is null))::int4 as "destructionsDue",
          (select count(*) from concordat.console_session where ends_at > now())::int4 as "sessions"`;
      if (row === undefined) throw new Error("sums are always there");
      return row;
    },
  };
}
