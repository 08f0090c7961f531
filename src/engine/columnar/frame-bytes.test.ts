import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CHUNK_BYTES, fileKeyOf, newSalt } from "../../crypto/sealed-frames.ts";
import { frameBytesOf, frameOpener, plainBytes } from "./frame-bytes.ts";
import { addFrame } from "./frame-sink.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "concordat-frames-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** A file of one frame. */
function sealed(plain: Uint8Array) {
  const path = join(directory, "frame");
  const fileKey = fileKeyOf(randomBytes(32), newSalt(), "test");
  const descriptor = openSync(path, "w");
  const end = new BigInt64Array(new SharedArrayBuffer(8));
  const spot = addFrame({ fileKey, descriptor, end }, 3, [plain.subarray(0, 5), plain.subarray(5)]);
  closeSync(descriptor);
  return { path, fileKey, spot };
}

const shared = (length: number) => new Uint8Array(new SharedArrayBuffer(length));

describe("the bytes of a frame", () => {
  it("are put into places one after the other, wherever chunks end", () => {
    const plain = new Uint8Array(randomBytes(2 * CHUNK_BYTES + 77));
    const frame = sealed(plain);
    const open = frameOpener();
    expect(plainBytes(frame.spot)).toBe(plain.length);
    for (const cuts of [[], [0], [1], [CHUNK_BYTES], [3, 3, CHUNK_BYTES + 8, 2 * CHUNK_BYTES]]) {
      const ends = [...cuts, plain.length];
      const places = ends.map((end, index) => shared(end - (ends[index - 1] ?? 0)));
      open.into(frame, places);
      expect(Buffer.concat(places).equals(plain)).toBe(true);
    }
    expect(Buffer.from(frameBytesOf(frame)).equals(plain)).toBe(true);
  });

  it("are refused where the places have more or fewer bytes than the frame", () => {
    const frame = sealed(new Uint8Array(100));
    for (const length of [99, 101]) expect(() => frameOpener().into(frame, [shared(length)])).toThrow("stated size");
  });

  it("are damaged when any of them is another", () => {
    const frame = sealed(new Uint8Array(CHUNK_BYTES + 100));
    const file = readFileSync(frame.path);
    for (const at of [0, CHUNK_BYTES + 99, file.length - 1]) {
      const changed = Buffer.from(file);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(frame.path, changed);
      expect(() => frameOpener().into(frame, [shared(CHUNK_BYTES + 100)])).toThrow("damaged");
    }
  });
});
