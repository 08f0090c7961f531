// The demo's own cast, from `partners/`: documents as they lie there, raw lists generated anew; and a folder to start
// one's own from.

import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { contractSchema } from "../../domain/contract/document.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { all, type Cast, readJsonFile, readMember } from "./cast.ts";
import { type Stage, thousands } from "./stage.ts";

const PARTNERS = fileURLToPath(new URL("../../../partners", import.meta.url));
const CONTRACTS = ["sunline-harbour", "sunline-harbour-meridian", "sunline-volt"];
const SEED = 20_261_122;
const EXAMPLE = ["sunline-holidays", "harbour-yachts"] as const;
const EXAMPLE_ROWS = 20_000;

/** Generates the demo partners' raw lists into a folder and reads their documents. */
export async function demoCast(stage: Stage, scratch: string, rows: number): Promise<Result<Cast, string>> {
  const { writeCustomers, DEMO_PARTNERS } = await generator();
  const members = await all(DEMO_PARTNERS, async (partner) => {
    const customers = join(scratch, `${partner}.csv`);
    stage.hint(`   inventing ${thousands(rows)} customers of ${partner}`);
    await writeCustomers({ partner, rows, seed: SEED, out: customers });
    return readMember(join(PARTNERS, partner), customers);
  });
  if (!members.ok) return members;
  const contracts = await all(CONTRACTS, (name) =>
    readJsonFile(join(PARTNERS, "contracts", `${name}.json`), contractSchema),
  );
  return contracts.ok ? ok({ members: members.value, contracts: contracts.value }) : contracts;
}

/** Writes a folder that `demo --partners` takes: two partners with raw lists, and a contract between them. */
export async function writeExample(folder: string): Promise<Result<readonly string[], string>> {
  const { writeCustomers } = await generator();
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined) return err(`${folder} is there already: name a folder that is not`);
  const written: string[] = [];
  for (const partner of EXAMPLE) {
    const place = join(folder, partner);
    await cp(join(PARTNERS, partner), place, { recursive: true });
    await writeCustomers({ partner, rows: EXAMPLE_ROWS, seed: SEED, out: join(place, "customers.csv") });
    written.push(...["partner.json", "policy.json", "schema.json", "customers.csv"].map((name) => join(place, name)));
  }
  const contract = join(folder, "contract.json");
  await cp(join(PARTNERS, "contracts", "sunline-harbour.json"), contract);
  await writeFile(join(folder, ".gitignore"), "customers.csv\n");
  return ok([...written, contract]);
}

// Loaded when asked for: everyday commands have no use for it.
async function generator() {
  const [{ writeCustomers }, { DEMO_PARTNERS }] = await Promise.all([
    import("../../../partners/generate.ts"),
    import("../../../partners/people.ts"),
  ]);
  return { writeCustomers, DEMO_PARTNERS };
}
