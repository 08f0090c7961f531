import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../domain/bytes.ts";
import { OF_NOTHING, SAMPLE_BODY, SAMPLE_DIGESTS, WITH_LINE_BREAK } from "../testing/vectors/rfc9530/digests.ts";
import { itWithPublished } from "../testing/vectors/wycheproof/published-file.ts";
import { contentDigest, digestVerifier, parseContentDigest } from "./content-digest.ts";

/** Whether a body fits a field, fed in one piece; a refused field gives its problem's kind. */
function fits(field: string, body: Uint8Array): boolean | string {
  const parsed = parseContentDigest(field);
  if (!parsed.ok) return parsed.error.kind;
  const verifier = digestVerifier(parsed.value);
  verifier.update(body);
  return verifier.ok();
}

const BODY = utf8(SAMPLE_BODY);
const { "sha-256": SHA256, "sha-512": SHA512, md5: MD5, ...REST } = SAMPLE_DIGESTS;

describe("Content-Digest, RFC 9530", () => {
  it("makes the digest of appendix D", () => {
    expect(contentDigest(BODY)).toBe(`sha-256=${SHA256}`);
    expect(contentDigest(utf8(`${SAMPLE_BODY}\n`))).toBe(`sha-256=${WITH_LINE_BREAK}`);
    expect(contentDigest(new Uint8Array())).toBe(`sha-256=${OF_NOTHING}`);
  });

  it("verifies sha-256, sha-512 and both together", () => {
    for (const field of [`sha-256=${SHA256}`, `sha-512=${SHA512}`, `sha-512=${SHA512}, sha-256=${SHA256}`]) {
      expect(fits(field, BODY)).toBe(true);
      expect(fits(field, utf8(`${SAMPLE_BODY}\n`))).toBe(false);
    }
  });

  it.each(Object.entries({ md5: MD5, ...REST }))("refuses %s as the only digest", (algorithm, digest) => {
    expect(fits(`${algorithm}=${digest}`, BODY)).toBe("digest-missing");
  });

  it("passes over an unknown algorithm beside a known one, which must then match", () => {
    expect(fits(`md5=${MD5},sha-256=${SHA256}`, BODY)).toBe(true);
    expect(fits(`sha-256=${WITH_LINE_BREAK}, md5=${MD5}`, BODY)).toBe(false);
  });

  it("refuses a body when only one of two known digests fits", () => {
    expect(fits(`sha-256=${WITH_LINE_BREAK}, sha-512=${SHA512}`, BODY)).toBe(false);
    expect(fits(`sha-512=${SHA512}, sha-256=${WITH_LINE_BREAK}`, BODY)).toBe(false);
  });

  it.each([
    ["nothing", ""],
    ["a bare token", "sha-256"],
    ["a quoted digest", `sha-256="${SHA256}"`],
    ["a list", `sha-256=(${SHA256})`],
    ["a parameter", `sha-256=${SHA256};q=1`],
    ["the same algorithm twice", `sha-256=${WITH_LINE_BREAK}, sha-256=${SHA256}`],
    ["upper case", `SHA-256=${SHA256}`],
    ["doubled padding", `sha-256=${SHA256.replace("=:", "==:")}`],
    ["missing padding", `sha-256=${SHA256.replace("=:", ":")}`],
    ["a digest cut short", "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBA==:"],
    ["an empty digest", "sha-256=::"],
    ["a sha-256 under the name sha-512", `sha-512=${SHA256}`],
    ["hex", `sha-256=${"ab".repeat(32)}`],
    ["a trailing comma", `sha-256=${SHA256},`],
    ["the older Digest spelling", `SHA-256=${SHA256.slice(1, -1)}`],
    ["a field of megabytes", `sha-256=:${"A".repeat(1_000_000)}:`],
  ])("refuses %s", (_, field) => {
    expect(fits(field, BODY)).toBe("digest-missing");
  });

  it("gives the same verdict however the body is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), fc.boolean(), (chunks, isChanged) => {
        const body = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
        const parsed = parseContentDigest(contentDigest(body));
        if (!parsed.ok) return false;
        const verifier = digestVerifier(parsed.value);
        for (const chunk of chunks) verifier.update(chunk);
        if (isChanged) verifier.update(Uint8Array.of(0));
        return verifier.ok() === !isChanged;
      }),
    );
  });
});

describe("Content-Digest, the published messages", () => {
  type Digests = {
    readonly sample: { readonly input: string; readonly values: Readonly<Record<string, string>> };
    readonly example_messages: readonly string[];
  };
  itWithPublished(
    "httpsig/rfc9530-digests.json",
    "computes or refuses all eight digests of appendix D",
    (file: Digests) => {
      const { input, values } = file.sample;
      const verdicts = Object.entries(values).map(([name, value]) => [name, fits(`${name}=${value}`, utf8(input))]);
      expect(verdicts).toHaveLength(8);
      expect(verdicts.filter(([, verdict]) => verdict === true).map(([name]) => name)).toEqual(["sha-512", "sha-256"]);
      expect(verdicts.filter(([, verdict]) => verdict === "digest-missing")).toHaveLength(6);
    },
  );

  itWithPublished(
    "httpsig/rfc9530-digests.json",
    "reads or refuses the digest field of every message",
    (file: Digests) => {
      const fields = file.example_messages.flatMap((message) =>
        [...message.matchAll(/^(?:Content|Repr)-Digest: ([^\\\n]*)/gm)].map(([, field]) => String(field)),
      );
      const read = fields.filter((field) => parseContentDigest(field).ok);
      const refused = fields.filter((field) => !parseContentDigest(field).ok);
      // The refused ones are misprints of the appendix: one padding character too many.
      expect(refused.every((field) => field.includes("==:") && !field.startsWith("sha-512"))).toBe(true);
      console.info(
        `RFC 9530: of 39 messages, ${read.length} digest fields are read, ${refused.length} misprinted ones refused`,
      );
      expect(file.example_messages).toHaveLength(39);
      expect(read.length).toBeGreaterThan(15);
    },
  );

  itWithPublished(
    "httpsig/rfc9530-digests.json",
    "verifies the bodies that go with a Content-Digest",
    (file: Digests) => {
      const verdicts = file.example_messages.flatMap((message) => {
        const field = /^Content-Digest: (.*)$/m.exec(message)?.[1];
        const body = message.split("\n\n").slice(1).join("\n\n");
        return field === undefined ? [] : [fits(field, utf8(body))];
      });
      expect(verdicts.filter((verdict) => verdict === true)).toHaveLength(3);
    },
  );
});
