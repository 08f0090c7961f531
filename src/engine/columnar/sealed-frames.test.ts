import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { frameOpener, frameSealer, readHead } from "./sealed-frames.ts";

const KEY = randomBytes(32);
const TEXTS = ["first", "second", "third"];

describe("sealed frames", () => {
  it("open in their order, under their key and label", () => {
    const { prefix, frames } = sealed();
    const opener = frameOpener(KEY, "list", prefix);
    const opened = frames.map(({ body }, number) => opener.open(number, body, number === 2));
    expect(opened.map((plain) => Buffer.from(plain).toString())).toEqual(TEXTS);
    expect(frames.map(({ head }) => head.number)).toEqual([0, 1, 2]);
  });

  it("do not open in another place, as another end, under another label or key, or changed", () => {
    const { prefix, frames } = sealed();
    const open = (opener: ReturnType<typeof frameOpener>, frame: number, number: number, isLast: boolean) => () =>
      opener.open(number, frames[frame]?.body ?? new Uint8Array(), isLast);
    const opener = frameOpener(KEY, "list", prefix);
    expect(open(opener, 1, 1, false)).not.toThrow();
    expect(open(opener, 1, 0, false)).toThrow();
    expect(open(opener, 1, 1, true)).toThrow();
    expect(open(opener, 2, 2, false)).toThrow();
    expect(open(frameOpener(KEY, "lists", prefix), 1, 1, false)).toThrow();
    expect(open(frameOpener(randomBytes(32), "list", prefix), 1, 1, false)).toThrow();
    expect(open(frameOpener(KEY, "list", randomBytes(32)), 1, 1, false)).toThrow();
    expect(() => opener.open(1, (frames[1]?.body ?? new Uint8Array()).subarray(1), false)).toThrow();
    expect(() => opener.open(1, new Uint8Array(3), false)).toThrow("cut short");
  });

  it("never look alike twice", () => {
    expect(sealed().frames[0]?.body).not.toEqual(sealed().frames[0]?.body);
  });
});

function sealed() {
  const sealer = frameSealer(KEY, "list");
  const frames = TEXTS.map((text, index) => {
    const [head = new Uint8Array(), ...body] = sealer.seal(Buffer.from(text), index === TEXTS.length - 1);
    const whole = Buffer.concat(body);
    expect(readHead(head).sealedBytes).toBe(whole.length);
    return { head: readHead(head), body: whole };
  });
  return { prefix: sealer.prefix, frames };
}
