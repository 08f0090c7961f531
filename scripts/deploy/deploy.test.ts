// The files of a deployment, as far as they can be checked where neither a container engine nor systemd runs: what they
// name exists, what they set is a setting, what they publish is one port, and nothing runs with more than it needs.

import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { noAnswer } from "../../src/client/problem-reply.ts";
import { readConfig } from "../../src/config.ts";
import { appRoleOn } from "../../src/storage/database.ts";
import { keySource } from "../../src/storage/room-keys.ts";
import { readYaml, type Yaml } from "./yaml-subset.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
const SCRATCH = mkdtempSync(join(tmpdir(), "concordat-deploy-"));
afterAll(() => rmSync(SCRATCH, { recursive: true }));

const textOfFile = (name: string) => readFileSync(join(HERE, name), "utf8");
const COMPOSE = mapOf(readYaml(textOfFile("compose.yaml")));
const SERVICES = Object.entries(mapOf(COMPOSE["services"])).map(([name, value]) => ({ name, of: mapOf(value) }));
const UNITS = readdirSync(HERE).filter((name) => /\.(service|timer)$/.test(name));
const NEVER_PUBLISHED = ["room", "database"];

describe("compose.yaml", () => {
  it("publishes 443 of the proxy and nothing else", () => {
    const published = SERVICES.flatMap(({ name, of }) => ("ports" in of ? [[name, of["ports"]]] : []));
    expect(published).toEqual([["proxy", ["443:443"]]]);
    expect(mapOf(mapOf(COMPOSE["networks"])["inner"])).toEqual({ internal: "true" });
    expect(networksOf("database")).toEqual(["inner"]);
    expect(NEVER_PUBLISHED.every((name) => !networksOf(name).includes("host"))).toBe(true);
  });

  it.each(SERVICES)(
    "runs $name by a whole version, on a read-only file system, with no rights that it can gain",
    ({ of }) => {
      expect(of["image"]).toMatch(/:\d+\.\d+(?:\.\d+)?(?:-[a-z]+)?$/);
      expect(of["read_only"]).toBe("true");
      expect(of["cap_drop"]).toEqual(["ALL"]);
      expect(of["security_opt"]).toEqual(["no-new-privileges:true"]);
      expect(of["privileged"]).toBeUndefined();
    },
  );

  it("uses no volume, network or secret that is not declared, and declares none that is not used", () => {
    for (const kind of ["networks", "secrets"]) {
      const used = SERVICES.flatMap(({ of }) => (kind in of ? textsOf(of[kind]) : []));
      expect([...new Set(used)].sort()).toEqual(Object.keys(mapOf(COMPOSE[kind])).sort());
    }
    const mounts = SERVICES.flatMap(({ of }) => ("volumes" in of ? textsOf(of["volumes"]) : []));
    const [files, named] = [
      mounts.filter((mount) => mount.startsWith(".")),
      mounts.filter((one) => !one.startsWith(".")),
    ];
    expect(named.map((mount) => mount.split(":")[0]).sort()).toEqual(Object.keys(mapOf(COMPOSE["volumes"])).sort());
    expect(files.filter((mount) => !mount.endsWith(":ro"))).toEqual([]);
    expect(files.map((mount) => mount.split(":")[0] ?? "").filter((path) => !existsSync(join(HERE, path)))).toEqual([]);
  });

  it("has every secret in a file that the page says how to make, and none in an environment", () => {
    const files = Object.values(mapOf(COMPOSE["secrets"])).map((secret) => String(mapOf(secret)["file"]));
    const page = textOfFile("README.md");
    expect(files.filter((file) => !page.includes(`> ${file.replace("./", "")}`))).toEqual([]);
    const environments = SERVICES.flatMap(({ of }) => Object.entries(mapOf(of["environment"])));
    const isSecret = (name: string, value: Yaml) =>
      /(?:password|secret|url)$/i.test(name) || /:\/\/[^$]*@/.test(String(value));
    expect(environments.filter(([name, value]) => isSecret(name, value))).toEqual([]);
  });

  it("sets nothing of the room that is no setting, and everything that it needs to listen", () => {
    const given = mapOf(serviceOf("room")["environment"]);
    const environment = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, filledIn(String(value))]),
    );
    const config = readConfig({ ...environment, DATABASE_URL: "postgres://concordat:x@database/concordat" });
    expect(config).toMatchObject({
      ok: true,
      value: { host: "0.0.0.0", publicOrigin: "https://room.example.com", keys: { kind: "command" }, port: 7443 },
    });
    expect(mapOf(mapOf(mapOf(COMPOSE["networks"])["front"])["ipam"])["config"]).toEqual([
      { subnet: environment["CONCORDAT_PROXIES"] },
    ]);
    expect(mapOf(serviceOf("proxy")["environment"])["UPSTREAM"]).toBe("room:7443");
    expect(textsOf(serviceOf("room")["command"]).at(-1)).toContain("exec node scripts/concordat.mjs serve");
  });
});

describe("the Dockerfile", () => {
  const lines = textOfFile("Dockerfile").split("\n");
  const copied = lines
    .filter((line) => line.startsWith("COPY ") && !line.includes("--from"))
    .flatMap((line) => line.split(" ").slice(1, -1));

  it("starts from whole versions, and ends as a user that is not root", () => {
    const stages = lines.filter((line) => line.startsWith("FROM "));
    expect(stages).toHaveLength(2);
    expect(stages.filter((line) => !/^FROM node:\d+\.\d+\.\d+-[a-z]+-slim/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("USER ")).at(-1)).toBe("USER 10001:10001");
    expect(lines.some((line) => line.includes("/readyz"))).toBe(true);
  });

  it("copies what there is, which the list beside it lets through", () => {
    expect(copied.filter((path) => !existsSync(join(CHECKOUT, path)))).toEqual([]);
    const listed = textOfFile("Dockerfile.dockerignore").split("\n");
    expect(copied.filter((path) => !listed.includes(`!${path}`))).toEqual([]);
  });
});

describe("the units", () => {
  it("pass systemd's own check, their program and node being where this machine has them", () => {
    if (spawnSync("systemd-analyze", ["--version"]).status !== 0) {
      console.warn("SKIPPED: this machine has no systemd-analyze");
      return;
    }
    for (const name of UNITS) {
      const here = textOfFile(name)
        .replaceAll("/opt/concordat/", CHECKOUT)
        .replaceAll("/usr/bin/node", process.execPath);
      writeFileSync(join(SCRATCH, name), here.replaceAll("WorkingDirectory=/opt/concordat", "WorkingDirectory=/"));
    }
    const paths = UNITS.map((name) => join(SCRATCH, name));
    const verified = spawnSync("systemd-analyze", ["verify", "--man=no", ...paths], { encoding: "utf8" });
    expect([verified.status, verified.stderr]).toEqual([0, ""]);
  });

  it("lock every service in alike", () => {
    const services = UNITS.filter((name) => name.endsWith(".service"));
    expect(services).toHaveLength(3);
    for (const name of services) {
      const set = new Set(textOfFile(name).split("\n"));
      const needed = ["User=concordat", "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "UMask=0077"];
      expect(needed.filter((line) => !set.has(line))).toEqual([]);
      expect(set.has("CapabilityBoundingSet=")).toBe(true);
    }
  });

  it("let the room's threads stand behind its requests, as the last word on it", () => {
    const filters = textOfFile("concordat.service").match(/^SystemCallFilter=.*$/gm);
    expect(filters?.slice(-2)).toEqual(["SystemCallFilter=~@privileged @resources", "SystemCallFilter=setpriority"]);
  });

  it("leave the shell's own variables to the shell", () => {
    const shells = UNITS.flatMap((name) => textOfFile(name).match(/^Exec\w+=\/bin\/sh .*$/gm) ?? []);
    expect(shells).toHaveLength(2);
    expect(shells.filter((line) => /(?<!\$)\$(?:\$\$)*(?!\$)/.test(line))).toEqual([]);
    expect(shells.filter((line) => /(?<!%)%(?:%%)*(?!%)/.test(line))).toEqual([]);
  });

  it("run commands that the program has", () => {
    const commands = UNITS.flatMap((name) => textOfFile(name).match(/concordat\.mjs (\w+)/g) ?? []);
    expect(commands.sort()).toEqual(["concordat.mjs backup", "concordat.mjs serve"]);
  });
});

describe("the example of settings", () => {
  const lines = textOfFile("concordat.env.example").split("\n");
  const set = Object.fromEntries(lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(/=(.*)/s, 2)));

  it("is taken as it stands, and fits the proxy and the unit beside it", () => {
    const config = readConfig(set);
    expect(config).toMatchObject({
      ok: true,
      value: { publicOrigin: "https://room.example.com", port: 7443, dataDirectory: "/var/lib/concordat-room" },
    });
    expect(textOfFile("Caddyfile")).toContain(`{$UPSTREAM:${set["HOST"]}:${set["PORT"]}}`);
    expect(textOfFile("Caddyfile")).toContain(`{$ROOM:${new URL(set["PUBLIC_ORIGIN"] ?? "").host}}`);
    const folders = /^StateDirectory=(.*)$/m.exec(textOfFile("concordat.service"))?.[1]?.split(" ") ?? [];
    const places = folders.map((folder) => `/var/lib/${folder}/`);
    expect(places.some((place) => `${set["CONCORDAT_DATA"]}/` === place)).toBe(true);
    expect(places.some((place) => set["CONCORDAT_KEYS"]?.startsWith(`file:${place}`))).toBe(true);
  });
});

describe("the Caddyfile", () => {
  const file = textOfFile("Caddyfile");

  it("passes over a server that is not ready, waits for one, and sends nothing that was signed twice", () => {
    const [, proxy = ""] = file.split("reverse_proxy {$UPSTREAM:127.0.0.1:7443} {");
    expect(proxy).toContain("\t\thealth_uri /readyz\n");
    expect(Number(/^\t\tlb_try_duration (\d+)s$/m.exec(proxy)?.[1])).toBeGreaterThan(10);
    expect(proxy).toMatch(/\n\t\tlb_retry_match \{\n\t\t\tmethod NONE\n\t\t\}\n/);
  });

  it("gets certificates from Caddy itself by the line of the page", () => {
    const [, program = ""] = /^sed -i '(.+)' \/etc\/caddy\/Caddyfile/m.exec(textOfFile("README.md")) ?? [];
    const altered = spawnSync("sed", [program, join(HERE, "Caddyfile")], { encoding: "utf8" });
    const [before = "", after = ""] = altered.stdout.split("\ttls internal\n");
    expect(`${before}\ttls {\n\t\tissuer acme {\n\t\t\tdisable_http_challenge\n\t\t}\n\t}\n${after}`).toBe(file);
  });
});

describe("the command as the room's own user", () => {
  const foreign = join(SCRATCH, "foreign");
  const copied = ["concordat.mjs", "with-packages.mjs"].map((name) => [
    join(CHECKOUT, "scripts", name),
    join(SCRATCH, name),
  ]);

  it("says what to do in a folder which that user may not enter", () => {
    mkdirSync(foreign, { mode: 0o700 });
    chmodSync(SCRATCH, 0o755);
    for (const [from = "", to = ""] of copied) copyFileSync(from, to);
    const as = process.getuid?.() === 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "chmod 000 . && exec";
    const argv = ["-c", `cd foreign && ${as} "$0" "$1" --help`, process.execPath, join(SCRATCH, "concordat.mjs")];
    const told = spawnSync("sh", argv, { cwd: SCRATCH, encoding: "utf8" });
    chmodSync(foreign, 0o700);
    expect([told.status, told.stderr]).toEqual([
      1,
      expect.stringMatching(/may not enter the folder.*\nnext: `cd \/` first\n$/),
    ]);
  });
});

describe("keys that are made for a secret store", () => {
  it("are keys that a room takes, others each time", async () => {
    const made = () => spawnSync(process.execPath, [join(HERE, "new-room-keys.mjs")], { encoding: "utf8" }).stdout;
    const path = join(SCRATCH, "room-keys.json");
    writeFileSync(path, made(), { mode: 0o600 });
    const keys = await keySource({ kind: "command", command: `cat ${path}` }, { mayMake: false }).read();
    expect(keys).toMatchObject({ ok: true, value: { nextWrapping: null, nextLog: null } });
    expect(made()).not.toBe(made());
  });
});

describe("a room whose certificate comes from an authority of its operator's own", () => {
  const [key, certificate] = [join(SCRATCH, "room.key"), join(SCRATCH, "room.crt")];
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
  ]);

  it("is refused with what to do about it, and taken by who does it", async () => {
    expect(made.status).toBe(0);
    const tls = { key: readFileSync(key), cert: readFileSync(certificate) };
    const server = createServer(tls, (_, response) => response.end('{"checkpointKey":"k"}'));
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    const address = server.address();
    const url = `https://localhost:${typeof address === "object" ? address?.port : 0}`;
    const failure = await fetch(url).catch((reason: unknown) => reason);
    expect(noAnswer(url, failure)).toMatchObject({
      kind: "unreachable",
      next: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
    expect(noAnswer(url, new TypeError("fetch failed")).next).toBe("check the address, and that the room runs");
    const script = `fetch("${url}").then(async (reply) => process.stdout.write(await reply.text()))`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
    const child = spawn(process.execPath, ["-e", script], { env, stdio: ["ignore", "pipe", "inherit"] });
    expect(await text(child.stdout)).toBe('{"checkpointKey":"k"}');
    server.close();
  });
});

describe("the page", () => {
  it("waits for a server that it has started before it asks it anything", () => {
    const blocks = [...textOfFile("README.md").matchAll(/```bash\n(.*?)```/gs)].map(([, block = ""]) => block);
    const started = blocks.filter((block) => /systemctl (?:restart|enable --now) concordat\b/.test(block));
    const asking = started.flatMap((block) => block.split("\n")).filter((line) => line.includes("/readyz"));
    expect(asking.length).toBeGreaterThan(1);
    expect(asking.filter((line) => !line.includes("--retry-connrefused"))).toEqual([]);
  });

  it("puts each release beside the one that runs, and none over it", () => {
    const commands = [...textOfFile("README.md").matchAll(/^(?:git|npm) .*$/gm)].map(([line]) => line);
    expect(commands.filter((line) => line.startsWith("git ")).map((line) => line.split(" ")[5])).toEqual([
      "/opt/concordat-1",
      "/opt/concordat-2",
    ]);
    expect(commands.filter((line) => line.startsWith("npm ci "))).toHaveLength(2);
  });

  it("takes away every role that a drill makes", () => {
    const [, made = ""] = /postgres:\/\/(drill):/.exec(textOfFile("README.md")) ?? [];
    expect(textOfFile("README.md")).toContain(`dropdb ${made} && dropuser ${appRoleOn("drill")} && dropuser ${made}`);
  });

  it("names files that exist", () => {
    const page = textOfFile("README.md");
    const named = [...page.matchAll(/scripts\/deploy\/([\w.-]+\w)(?![*\w])/g)].map(([, name = ""]) => name);
    const linked = [...page.matchAll(/\]\((\.\.\/[^)#]+)/g)].map(([, path = ""]) => path);
    expect(named.length).toBeGreaterThan(3);
    expect([...named, ...linked].filter((path) => !existsSync(join(HERE, path)))).toEqual([]);
  });
});

describe("the reader of compose.yaml", () => {
  it("reads maps, lists and scalars", () => {
    expect(readYaml('a:\n  b: c\n  d:\n    - "e: f"\n    - g:h\ni:\n  j:\nk: ["l", "m"]\n')).toEqual({
      a: { b: "c", d: ["e: f", "g:h"] },
      i: { j: null },
      k: ["l", "m"],
    });
  });

  it.each(["a:\n   b: c", "a: 1\na: 2", "a: 'b'", "a: b: c", "a:\n  - b\n c: d", "a: |\n  b", "- a\nb: c", 'a: "b" c'])(
    "refuses %j",
    (text) => {
      expect(() => readYaml(text)).toThrow(/^line \d/);
    },
  );
});

function mapOf(value: Yaml | undefined): { readonly [name: string]: Yaml } {
  if (value === undefined || value === null || typeof value === "string" || Array.isArray(value))
    throw new Error("no map");
  // SAFETY: what is neither a scalar nor a list is a map.
  return value as { readonly [name: string]: Yaml };
}

function textsOf(value: Yaml | undefined): readonly string[] {
  if (!Array.isArray(value)) throw new Error("no list");
  return value.map(String);
}

function serviceOf(name: string): { readonly [name: string]: Yaml } {
  return mapOf(SERVICES.find((service) => service.name === name)?.of);
}

function networksOf(name: string): readonly string[] {
  return textsOf(serviceOf(name)["networks"]);
}

/** A value as compose fills it in: the variable, or what stands in its place. */
function filledIn(value: string): string {
  return value.replaceAll(/\$\{ROOM\}/g, "room.example.com").replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1");
}
