import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
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

/** How often this process has a file open, by what Linux tells; elsewhere nobody tells. */
function descriptorsOf(path: string): number {
  const folder = "/proc/self/fd";
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).filter((name) => linkOf(join(folder, name)) === path).length;
}

// The one that the folder itself is read by is gone by now.
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** A file of one frame. */
function sealed(plain: Uint8Array, name = "frame") {
  const path = join(directory, name);
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

  it("come out of a file that is opened once for many of them, and closed even where one of them is damaged", () => {
    const frames = [sealed(new Uint8Array(10)), sealed(new Uint8Array(20), "other")];
    const open = frameOpener();
    const openFiles = () => frames.map(({ path }) => descriptorsOf(path));
    const opened = open.holding(() => {
      const lengths = [...frames, ...frames].map((frame) => open.bytesOf(frame).length);
      if (process.platform === "linux") expect(openFiles()).toEqual([1, 1]);
      return lengths;
    });
    expect(opened).toEqual([10, 20, 10, 20]);
    const [first, second] = frames;
    if (first === undefined || second === undefined) throw new Error("two frames");
    const damaged = { ...second, spot: { ...second.spot, number: 9 } };
    expect(() => open.holding(() => [first, damaged].map(open.bytesOf))).toThrow("damaged");
    open.bytesOf(first);
    expect(openFiles()).toEqual([0, 0]);
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
