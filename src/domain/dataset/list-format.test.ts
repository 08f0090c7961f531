import { describe, expect, it, test } from "vitest";
import { utf8 } from "../bytes.ts";
import { byteOrderMarkLength, listFormatOf } from "./list-format.ts";

describe("the format of a list", () => {
  it.each(['{"a":1}', ' \r\n\t{ \t"a":1}', '{\n"a'])("is NDJSON for %j", (head) => {
    expect(listFormatOf(utf8(head))).toBe("ndjson");
  });

  it.each(["a,b\n", '"{""a""",b\n', "{a},b\n", "{6f9619ff},b", "[1]", ",", "{}\n", '\ufeff{"a"'])(
    "is CSV for %j",
    (head) => {
      expect(listFormatOf(utf8(head))).toBe("csv");
    },
  );

  it.each(["", " \n ", "{", " { \t"])("is not known yet after %j", (head) => {
    expect(listFormatOf(utf8(head))).toBeNull();
  });
});

test.each([
  ["\ufeffa", 3],
  ["\ufeff", 3],
  ["a", 0],
  ["\uff21", 0],
  ["", null],
])("the byte-order mark of %j takes %j bytes", (text, length) => {
  expect(byteOrderMarkLength(utf8(text))).toBe(length);
  if (length === 3) expect([1, 2].map((cut) => byteOrderMarkLength(utf8(text).subarray(0, cut)))).toEqual([null, null]);
});
