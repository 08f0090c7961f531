import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concatBytes,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  textDigest,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
} from "./bytes.ts";

const bytes = fc.uint8Array({ maxLength: 100 });

describe("spellings of bytes", () => {
  it("agree with another implementation and read back what they print", () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(toHex(given)).toBe(Buffer.from(given).toString("hex"));
        expect(toBase64(given)).toBe(Buffer.from(given).toString("base64"));
        expect(toBase64Url(given)).toBe(Buffer.from(given).toString("base64url"));
        expect(fromHex(toHex(given))).toEqual({ ok: true, value: given });
        expect(fromBase64(toBase64(given))).toEqual({ ok: true, value: given });
        expect(fromBase64Url(toBase64Url(given))).toEqual({ ok: true, value: given });
      }),
    );
  });

  it("have one form each: whatever is read is printed the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."AQgw+/-_= aF0"), maxLength: 12 }), (text) => {
        const hex = fromHex(text);
        const standard = fromBase64(text);
        const urlSafe = fromBase64Url(text);
        if (hex.ok) expect(toHex(hex.value)).toBe(text);
        if (standard.ok) expect(toBase64(standard.value)).toBe(text);
        if (urlSafe.ok) expect(toBase64Url(urlSafe.value)).toBe(text);
      }),
    );
  });

  it.each(["QR==", "QQ", "QQ=", "Q Q=", "QQ==\n", "QQ=="])("base64 `%s` is read only in its one form", (text) => {
    expect(fromBase64(text).ok).toBe(text === "QQ==");
  });

  it.each(["ABC", "0g", "AB", "é"])("hex refuses `%s`", (text) => {
    expect(fromHex(text)).toEqual({ ok: false, error: "not-hex" });
  });
});

describe("bytes", () => {
  it("are equal when each byte is", () => {
    expect(equalBytes(utf8("abc"), utf8("abc"))).toBe(true);
    expect(equalBytes(utf8("abc"), utf8("abd"))).toBe(false);
    expect(equalBytes(utf8("abc"), utf8("ab"))).toBe(false);
    expect(toHex(concatBytes(utf8("a"), utf8("b")))).toBe("6162");
  });

  it("digest a text as FIPS 180-4 does its example `abc`", () => {
    expect(textDigest("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
