// Time as the machine tells it. Rules that outlive a request use the database's clock instead.

import type { UnixMillis } from "../domain/instant.ts";

/** The instant at which it is called. */
export type Clock = () => UnixMillis;
