// The worker that hashes identifiers of people beside a page, by the code of the command line: what was typed goes no
// further than this browser.

import "./jitless.ts";
import { z } from "zod";
import { hashedIdentifier } from "../../client/local/hash-identifier.ts";
import { identifierKindSchema } from "../../domain/dataset/schema.ts";

declare function postMessage(message: unknown): void;
declare function addEventListener(type: "message", take: (event: { readonly data: unknown }) => void): void;

const typedSchema = z.array(
  z.object({ kind: identifierKindSchema, text: z.string(), country: z.string().min(1).optional() }),
);

addEventListener("message", ({ data }) => {
  const typed = typedSchema.parse(data);
  const hashed = [];
  for (const one of typed) {
    const identifier = hashedIdentifier(one);
    if (!identifier.ok) {
      postMessage({ kind: one.kind, says: identifier.error });
      return;
    }
    hashed.push(identifier.value);
  }
  postMessage({ identifiers: hashed });
});
