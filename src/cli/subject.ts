// `concordat subject`: what the people in a partner's lists may ask of it. Identifiers are hashed on this machine.

import type { Command } from "commander";
import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import { REFUSAL_SENTENCES } from "../client/local/refusals.ts";
import { toHex } from "../domain/bytes.ts";
import type { IdentifierKind } from "../domain/dataset/schema.ts";
import { canonicalDigestOf, canonicalOf, type OneCellKind } from "../domain/identifier/canonical.ts";
import { canonicalNamePostcode } from "../domain/identifier/name-postcode.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { aligned, grouped } from "./figures.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { misused, type Outcome, type Refusal, type Terminal } from "./terminal.ts";

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

export function addSubject(program: Command, terminal: Terminal): void {
  const subject = describe(program.command("subject"), "act on the rights of people in your lists");
  const erase = describe(
    subject.command("erase"),
    "erase people from every version of your lists, and keep them out of all that you will upload",
    ["concordat subject erase --email ann@example.com --phone '020 7946 0958' --country GB"],
  )
    .option("--email <address...>", "an e-mail address")
    .option("--phone <number...>", "a telephone number")
    .option("--maid <id...>", "a mobile advertising id")
    .option("--external <id...>", "an id of a namespace, as namespace:id")
    .option("--person <name...>", "first name, last name and postal code, with semicolons between")
    .option("-c, --country <code>", "country of phones without country code and of postal codes, such as GB");
  actInRoom(terminal, erase, erasePeople);
}

async function erasePeople({ session, options }: SessionCall): Promise<Outcome> {
  const identifiers = hashedIn(optionsSchema.parse(options));
  if (!identifiers.ok) return identifiers;
  const body = { identifiers: identifiers.value };
  return told(await session.client.call((api) => api.POST("/v1/subjects/erasures", { body })), (reply) => {
    const rows = reply.lists.map(({ dataset, people, versions }) => [dataset, grouped(people), grouped(versions)]);
    const found = reply.lists.some(({ versions }) => versions > 0);
    const says = found
      ? "erased from every version of your lists, and kept out of all that you will upload:"
      : "nobody in your lists has these identifiers; whoever has is kept out of all that you will upload";
    const head = ["list", "people gone", "versions that held them"];
    return { json: reply, lines: found ? [says, ...aligned([head, ...rows], 2)] : [says] };
  });
}

/** The identifiers as they leave this machine, or what is wrong with the first that cannot. */
function hashedIn(named: Named): Result<HashedIdentifier[], Refusal> {
  const hashed: HashedIdentifier[] = [];
  for (const { kind, option, text } of every(named)) {
    const namespace = kind === "external" ? text.slice(0, Math.max(0, text.indexOf(":"))) : undefined;
    if (namespace === "") return err(misused(`\`${text}\` names no namespace`, "write it as namespace:id"));
    const canonical = canonicalText(kind, text, named.country?.toUpperCase());
    if (!canonical.ok) return err(misused(`--${option} \`${text}\` cannot be read: ${canonical.error}`));
    const hash = toHex(canonicalDigestOf(kind, canonical.value));
    hashed.push(namespace === undefined ? { kind, hash } : { kind, namespace, hash });
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

function canonicalText(kind: IdentifierKind, text: string, country: string | undefined): Result<string, string> {
  const read =
    kind === "name+postcode"
      ? canonicalPerson(text, country)
      : canonicalOf(kind, kind === "external" ? text.slice(text.indexOf(":") + 1) : text, country);
  if (read.ok) return read;
  return err(REFUSAL_SENTENCES[read.error].replace(/^(hold|have) /, "it is "));
}

function canonicalPerson(text: string, country: string | undefined) {
  const [firstName = "", lastName = "", postcode = ""] = text.split(";");
  if (country === undefined) return err("country-unknown" as const);
  return canonicalNamePostcode({ firstName, lastName, postcode, country });
}
