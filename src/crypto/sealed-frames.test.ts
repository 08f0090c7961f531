import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CHUNK_BYTES,
  type FileKey,
  type FramePlace,
  fileKeyOf,
  newSalt,
  openFrame,
  openInChunks,
  sealFrame,
  sealInChunks,
  TAG_BYTES,
} from "./sealed-frames.ts";

const KEY = randomBytes(32);
const SALT = newSalt();
const FILE = fileKeyOf(KEY, SALT, "list");
const PLACE = { number: 7, isLast: false };

const sealed = (file: FileKey, place: FramePlace, text = "the secret") =>
  new Uint8Array(Buffer.concat(sealFrame(file, place, [Buffer.from(text)])));

describe("sealed frames", () => {
  it("open as what their pieces were, one behind the other", () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });
    const places = fc.record({ number: fc.integer({ min: 0, max: 0xffffffff }), isLast: fc.boolean() });
    fc.assert(
      fc.property(pieces, places, (plain, place) => {
        const frame = Buffer.concat(sealFrame(FILE, place, plain));
        expect(frame.length).toBe(Buffer.concat(plain).length + TAG_BYTES);
        expect(Buffer.from(openFrame(FILE, place, frame)).equals(Buffer.concat(plain))).toBe(true);
      }),
    );
  });

  it("are sealed and opened a chunk at a time, to the same bytes whatever the pieces", () => {
    const plain = new Uint8Array(randomBytes(2 * CHUNK_BYTES + 1));
    const whole = Buffer.concat([...sealInChunks(FILE, PLACE, [plain])]);
    for (const cut of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, plain.length]) {
      const chunks = [...sealInChunks(FILE, PLACE, [plain.subarray(0, cut), plain.subarray(cut)])];
      expect(Buffer.concat(chunks).equals(whole)).toBe(true);
      expect(chunks.every(({ length }) => length <= CHUNK_BYTES)).toBe(true);
    }
    const opened: Uint8Array[] = [];
    openInChunks(FILE, PLACE, { sealed: whole, take: (chunk) => opened.push(chunk) });
    expect(opened.map(({ length }) => length)).toEqual([CHUNK_BYTES, CHUNK_BYTES, 1]);
    expect(Buffer.concat(opened).equals(plain)).toBe(true);
  });

  it("fail in the end when any chunk of them is another", () => {
    const plain = new Uint8Array(2 * CHUNK_BYTES);
    const whole = Buffer.concat(sealFrame(FILE, PLACE, [plain]));
    for (const at of [0, CHUNK_BYTES, 2 * CHUNK_BYTES - 1, 2 * CHUNK_BYTES, whole.length - 1]) {
      const changed = new Uint8Array(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => openInChunks(FILE, PLACE, { sealed: changed, take: () => undefined })).toThrow();
    }
  });

  it("do not open in another place, as another end, or under another key, salt or label", () => {
    const frame = sealed(FILE, PLACE);
    expect(Buffer.from(openFrame(FILE, PLACE, frame)).toString()).toBe("the secret");
    for (const place of [
      { ...PLACE, number: 8 },
      { ...PLACE, isLast: true },
    ])
      expect(() => openFrame(FILE, place, frame)).toThrow();
    const others = [
      fileKeyOf(randomBytes(32), SALT, "list"),
      fileKeyOf(KEY, newSalt(), "list"),
      fileKeyOf(KEY, SALT, "lists"),
      { ...FILE, label: "lists" },
    ];
    for (const other of others) expect(() => openFrame(other, PLACE, frame)).toThrow();
  });

  it("do not open once any bit of them is another, or any of their ends is cut off", () => {
    const frame = sealed(FILE, PLACE);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const changed = frame.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => openFrame(FILE, PLACE, changed)).toThrow();
    }
    for (let length = 0; length < frame.length; length++) {
      expect(() => openFrame(FILE, PLACE, frame.subarray(0, length))).toThrow();
      expect(() => openFrame(FILE, PLACE, frame.subarray(frame.length - length))).toThrow();
    }
    expect(() => openFrame(FILE, PLACE, new Uint8Array(TAG_BYTES - 1))).toThrow("cut short");
  });

  it("look alike in no two files and in no two places", () => {
    const other = fileKeyOf(KEY, newSalt(), "list");
    const frames = [sealed(FILE, PLACE), sealed(other, PLACE), sealed(FILE, { ...PLACE, number: 8 })];
    expect(new Set(frames.map((frame) => Buffer.from(frame).toString("hex"))).size).toBe(3);
  });

  it("take a data key of 32 bytes and no other", () => {
    for (const bytes of [0, 16, 31, 33]) expect(() => fileKeyOf(randomBytes(bytes), SALT, "list")).toThrow("32 bytes");
  });
});
