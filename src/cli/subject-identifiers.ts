// Identifiers of people as commands take them, hashed on this machine before anything leaves it.

import type { Command } from "commander";
import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import { hashedIdentifier } from "../client/local/hash-identifier.ts";
import type { IdentifierKind } from "../domain/dataset/schema.ts";
import type { OneCellKind } from "../domain/identifier/canonical.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { misused, type Refusal } from "./terminal.ts";

const texts = z.array(z.string()).default([]);
const optionsSchema = z.object({
  email: texts,
  phone: texts,
  maid: texts,
  external: texts,
  person: texts,
  country: z.string().optional(),
});
type Named = z.output<typeof optionsSchema>;
type HashedIdentifier = components["schemas"]["NewErasure"]["identifiers"][number];

/** Gives a command the options that name people. */
export function namingPeople(command: Command): Command {
  return command
    .option("--email <address...>", "an e-mail address")
    .option("--phone <number...>", "a telephone number")
    .option("--maid <id...>", "a mobile advertising id")
    .option("--external <id...>", "an id of a namespace, as namespace:id")
    .option("--person <name...>", "first name, last name and postal code, with semicolons between")
    .option("-c, --country <code>", "country of phones without country code and of postal codes, such as GB");
}

/** The identifiers of a command's options as they leave this machine, or what is wrong with the first that cannot. */
export function hashedIn(options: unknown): Result<HashedIdentifier[], Refusal> {
  const named = optionsSchema.parse(options);
  const hashed: HashedIdentifier[] = [];
  for (const { kind, option, text } of every(named)) {
    const one = hashedIdentifier({ kind, text, country: named.country });
    if (!one.ok) return err(misused(`--${option} \`${text}\` cannot be read: ${one.error}`));
    hashed.push(one.value);
  }
  if (hashed.length > 0) return ok(hashed);
  return err(misused("whom?", "say --email, --phone, --maid, --external or --person"));
}

type Text = { readonly kind: IdentifierKind; readonly option: string; readonly text: string };

function every(named: Named): Text[] {
  const kinds: readonly OneCellKind[] = ["email", "phone", "maid", "external"];
  return [
    ...kinds.flatMap((kind) => named[kind].map((text) => ({ kind, option: kind, text }))),
    ...named.person.map((text) => ({ kind: "name+postcode" as const, option: "person", text })),
  ];
}
