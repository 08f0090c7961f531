import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PUBLISHED_EMAILS, REFUSED_EMAILS } from "../../testing/vectors/identifiers/published.ts";
import { err, ok } from "../result.ts";
import { canonicalEmail } from "./email.ts";

const word = fc.string({ unit: fc.constantFrom(..."abcxyzéüß09_"), minLength: 1, maxLength: 12 });
const address = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 3 }), fc.array(word, { minLength: 2, maxLength: 4 }))
  .map(([local, domain]) => `${local.join(".")}@${domain.join(".")}`);

describe("canonicalEmail", () => {
  test.each(PUBLISHED_EMAILS)("$source: $input", ({ input, canonical }) => {
    expect(canonicalEmail(input)).toEqual(ok(canonical));
  });

  test.each(REFUSED_EMAILS)("refuses %j, as the published samples do", (input) => {
    expect(canonicalEmail(input).ok).toBe(false);
  });

  test.each([
    ["keeps dots and a suffix, at Gmail too", "Jane.Doe+Shop@GMail.com", "jane.doe+shop@gmail.com"],
    ["writes an international domain in ASCII", "a@BÜCHER.example", "a@xn--bcher-kva.example"],
    ["keeps a domain that is in ASCII form", "a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"],
    ["reads the ideographic full stop as a dot", "a@bücher。example", "a@xn--bcher-kva.example"],
    ["keeps sharp s apart from double s", "a@faß.example", "a@xn--fa-hia.example"],
    ["does not read digits as an IPv4 address", "a@１２７.1", "a@127.1"],
    ["composes what was decomposed", "e\u0301@post.example", "\u00e9@post.example"],
    ["trims white space that is not ASCII", "\u3000\u0085a@post.example\u00a0", "a@post.example"],
    ["composes again after lowering", "\u03aa\u0301@post.example", "\u0390@post.example"],
  ])("%s", (_claim, input, canonical) => {
    expect(canonicalEmail(input)).toEqual(ok(canonical));
  });

  test.each([
    ["email-not-one-at", "post.example"],
    ["email-not-one-at", ""],
    ["email-not-one-at", "a@b@post.example"],
    ["email-empty-part", "@post.example"],
    ["email-empty-part", "a@post..example"],
    ["email-empty-part", "a@post.example."],
    ["email-empty-part", "a@\u00ad.example"],
    ["email-no-dot", "a@localhost"],
    ["email-inner-space", "a b@post.example"],
    ["email-inner-space", "a@post .example"],
    ["email-inner-space", "a\u2003b@post.example"],
    ["email-domain-invalid", "a@post.example:25"],
    ["email-domain-invalid", "a@ä.example/b"],
    ["email-domain-invalid", "a@ä%41.example"],
    ["email-domain-invalid", "a@ä％４１.example"],
    ["email-domain-invalid", "a@ä＠b.example"],
    ["email-domain-invalid", "a@[192.0.2.1]"],
    ["email-domain-invalid", "a@….example"],
    ["email-not-unicode", "\ud800@post.example"],
  ])("refuses with %s: %j", (refusal, input) => {
    expect(canonicalEmail(input)).toEqual(err(refusal));
  });

  test("takes 254 characters and refuses 255", () => {
    const tail = "@post.example";
    expect(canonicalEmail("x".repeat(254 - tail.length) + tail).ok).toBe(true);
    expect(canonicalEmail("x".repeat(255 - tail.length) + tail)).toEqual(err("email-too-long"));
  });

  test("counts characters, not code units, towards the length", () => {
    expect(canonicalEmail(`${"𐐨".repeat(240)}@post.example`).ok).toBe(true);
  });

  test("is idempotent on any string", () => {
    fc.assert(
      fc.property(fc.oneof(address, fc.string({ unit: "binary" }), mixed(fc.string({ unit: "binary" }))), (text) => {
        const once = canonicalEmail(text);
        if (once.ok) expect(canonicalEmail(once.value)).toEqual(once);
      }),
      { numRuns: 2_000 },
    );
  });

  test("gives case and outer space variants one form", () => {
    fc.assert(
      fc.property(address, fc.constantFrom("", " ", "\t", "\u00a0", " \u2009"), fc.nat(), (text, space, seed) => {
        const variant = space + recased(text, seed) + space;
        expect(canonicalEmail(variant.normalize("NFD"))).toEqual(canonicalEmail(text));
      }),
    );
  });

  test("gives only text without upper case, white space and non-ASCII domains", () => {
    fc.assert(
      fc.property(mixed(fc.string({ unit: "grapheme" })), (text) => {
        const found = canonicalEmail(text);
        if (!found.ok) return;
        expect(found.value).toBe(found.value.toLowerCase().normalize("NFC"));
        expect(found.value).toMatch(/^[^@\s]+@[a-z0-9_-]+(\.[a-z0-9_-]+)+$/);
      }),
    );
  });
});

function mixed(part: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(part, part, part).map(([local, label, top]) => `${local}@${label}.${top}`);
}

function recased(text: string, seed: number): string {
  return [...text].map((one, index) => ((seed >> (index % 30)) & 1 && one !== "ß" ? one.toUpperCase() : one)).join("");
}
