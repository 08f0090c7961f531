// Makes the generated files from their sources: the OpenAPI document, one JSON Schema a document, the client's types,
// the token kernels, the WebAssembly kernels.
// With `--check` it writes nothing and fails where a file differs from what it would write.

import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import openapiTypescript, { astToString } from "openapi-typescript";
import { z } from "zod";
import { contractSchema } from "../src/domain/contract/document.ts";
import { datasetSchemaSchema } from "../src/domain/dataset/schema.ts";
import { manifestSchema } from "../src/domain/partner/manifest.ts";
import { policySchema } from "../src/domain/policy/document.ts";
import { questionSchema } from "../src/domain/question/question.ts";
import { ROUTES } from "../src/http/api/routes.ts";
import { openApiDocument } from "../src/http/openapi.ts";
import { kernelModuleSource } from "./kernels.ts";
import { tokenKernelSource } from "./token-kernel.ts";
import { tokenLanesSource } from "./token-lanes.ts";

const DOCUMENTS = {
  contract: contractSchema,
  dataset: datasetSchemaSchema,
  partner: manifestSchema,
  policy: policySchema,
  question: questionSchema,
};

async function generated(): Promise<Map<string, string>> {
  const openapi = printed(openApiDocument(ROUTES));
  const files = new Map([["schemas/openapi.json", openapi]]);
  for (const [name, schema] of Object.entries(DOCUMENTS)) {
    files.set(`schemas/${name}.json`, printed(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })));
  }
  const types = astToString(await openapiTypescript(openapi));
  const note = "// Made from schemas/openapi.json by `npm run generate`; not to be edited.\n\n";
  files.set("src/client/api-types.gen.ts", note + types);
  files.set("src/kernels/assembly/tokens.gen.ts", tokenLanesSource());
  files.set("src/kernels/module.gen.ts", await kernelModuleSource(files));
  return files.set("src/domain/identifier/token-kernel.gen.ts", tokenKernelSource());
}

async function readIfThere(path: string): Promise<string | null> {
  return existsSync(path) ? readFile(path, "utf8") : null;
}

function printed(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const isCheck = process.argv.includes("--check");
const stale: string[] = [];
for (const [path, text] of await generated()) {
  const before = await readIfThere(path);
  if (before === text) continue;
  stale.push(path);
  if (isCheck) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
if (stale.length > 0) console.log(`${isCheck ? "stale, run `npm run generate`" : "written"}: ${stale.join(", ")}`);
process.exitCode = isCheck && stale.length > 0 ? 1 : 0;
