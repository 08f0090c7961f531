// Builds the WebAssembly kernels from `src/kernels/assembly` (AssemblyScript) into one generated file that carries the
// module, so that running the room needs no compiler. `npm run generate` calls it.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import asc from "assemblyscript/asc";

const ENTRY = "src/kernels/assembly/index.ts";
const FLAGS = [
  "--runtime",
  "stub",
  "-O3",
  "--converge",
  "--noAssert",
  "--importMemory",
  "--noExportMemory",
  "--sharedMemory",
  "--initialMemory",
  "1",
  "--maximumMemory",
  "65536",
  "--enable",
  "simd",
  "--enable",
  "threads",
  "--enable",
  "bulk-memory",
];

/**
 * The text of `src/kernels/module.gen.ts`.
 * @param generated sources that stand for the files of their names
 */
export async function kernelModuleSource(generated: ReadonlyMap<string, string>): Promise<string> {
  const written = new Map<string, Uint8Array>();
  const { error, stderr } = await asc.main([ENTRY, "--outFile", "kernels.wasm", ...FLAGS], {
    readFile: (name) => generated.get(name) ?? (existsSync(name) ? readFile(name, "utf8") : null),
    writeFile: (name, contents) => {
      written.set(name, typeof contents === "string" ? Buffer.from(contents) : contents);
    },
    listFiles: () => null,
  });
  const module = written.get("kernels.wasm");
  if (error !== null || module === undefined) throw new Error(`the kernels do not build: ${stderr.toString()}`);
  const lines =
    Buffer.from(module)
      .toString("base64")
      .match(/.{1,110}/g) ?? [];
  const literal = lines.map((line) => `  "${line}"`).join(" +\n");
  const note = "// Made by scripts/kernels.ts from src/kernels/assembly; not to be edited.\n\n";
  return `${note}export const MODULE =\n${literal};\n`;
}
