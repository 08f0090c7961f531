// Published vector files too large to transcribe lie beside a checkout, in `../shared/vectors`. Where they are absent
// the test says so, by name, in its title and on the console; it never passes in silence.

import { existsSync, readFileSync } from "node:fs";
import { it } from "vitest";

const FOLDER = new URL("../../../../../shared/vectors/", import.meta.url);

/** A test over one published JSON file, or a loud skip that names the file. `Shape` is what the file is known to hold. */
export function itWithPublished<Shape>(
  path: string,
  claim: string,
  run: (content: Shape) => void | Promise<void>,
): void {
  const file = new URL(path, FOLDER);
  if (existsSync(file)) {
    // SAFETY: the shape of a published file is fixed; a wrong guess fails the test that reads it.
    it(claim, () => run(JSON.parse(readFileSync(file, "utf8")) as Shape));
    return;
  }
  console.warn(`SKIPPED: ${claim}: ../shared/vectors/${path} is missing`);
  it.skip(`${claim} (skipped: ../shared/vectors/${path} is missing)`);
}
