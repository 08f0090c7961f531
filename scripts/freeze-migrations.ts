// Freezes new migrations: writes their digests into src/storage/migrations/digests.json. Run before committing one:
// node --import tsx scripts/freeze-migrations.ts

import { freezeDigests } from "../src/storage/migrate.ts";
import { MIGRATIONS } from "../src/storage/store.ts";

const frozen = await freezeDigests(MIGRATIONS);
if (frozen.ok) console.log(frozen.value.length > 0 ? `frozen: ${frozen.value.join(", ")}` : "nothing new to freeze");
else {
  console.error(frozen.error);
  process.exitCode = 1;
}
