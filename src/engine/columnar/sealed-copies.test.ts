import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../../domain/bytes.ts";
import { layoutOf, makeFolders } from "./layout.ts";
import { sealedFilesIn } from "./sealed-copies.ts";
import { createSealedFile } from "./sealed-file.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "concordat-copies-"));
  makeFolders(layoutOf(directory));
});
afterEach(() => rm(directory, { recursive: true }));

/** A sealed file that is read with others; answers its name. */
async function sealed(says: string, others: readonly string[] = []): Promise<string> {
  const layout = layoutOf(directory);
  const file = await createSealedFile({ directory: layout.segments, dataKey: new Uint8Array(32), label: "test" });
  const { digest } = await file.close(utf8(says), others);
  await file.publish(layout.segment(digest));
  return digest;
}

async function* bytesOf(...pieces: readonly Uint8Array[]) {
  yield* pieces;
}

async function readAll(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return concatBytes(...pieces);
}

describe("sealed files that are held", () => {
  test("are those asked for and all that they are read with, each once", async () => {
    const first = await sealed("first");
    const second = await sealed("second", [first]);
    const third = await sealed("third", [second, first]);
    const held = await sealedFilesIn(directory).hold([third, second]);
    expect(held?.files.map(({ name }) => name).sort()).toEqual([first, second, third].sort());
    await held?.release();
  });

  test("stay readable to their end though their names go, and come back under them byte for byte", async () => {
    const name = await sealed("people");
    const held = await sealedFilesIn(directory).hold([name]);
    await rm(layoutOf(directory).segment(name));
    const [file] = held?.files ?? [];
    if (file === undefined) throw new Error("nothing is held");
    const bytes = await readAll(file.read());
    expect(bytes).toHaveLength(file.bytes);
    expect(await readAll(file.read())).toEqual(bytes);
    await held?.release();
    await sealedFilesIn(directory).place(name, bytesOf(bytes.subarray(0, 7), bytes.subarray(7)));
    const again = await sealedFilesIn(directory).hold([name]);
    expect(await readAll((again?.files ?? [file])[0]?.read() ?? bytesOf())).toEqual(bytes);
    await again?.release();
  });

  test("are none when one of them is not there any more, and a damaged one is named", async () => {
    const [first, second] = [await sealed("first"), await sealed("second")];
    await rm(layoutOf(directory).segment(second));
    expect(await sealedFilesIn(directory).hold([first, second])).toBeNull();
    await writeFile(layoutOf(directory).segment(first), "cut");
    await expect(sealedFilesIn(directory).hold([first])).rejects.toThrow(`the sealed file ${first} is damaged`);
  });

  test("are not placed when they are not what their name says; nothing is left then", async () => {
    const name = await sealed("people");
    await rm(layoutOf(directory).segment(name));
    const place = sealedFilesIn(directory).place(
      name,
      bytesOf(utf8("something else that is long enough to have a tail")),
    );
    await expect(place).rejects.toThrow("is damaged");
    expect(await readdir(layoutOf(directory).segments)).toEqual([]);
  });
});
