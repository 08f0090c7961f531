import { totalmem } from "node:os";
import { describe, expect, it } from "vitest";
import { readConfig, settingsTold } from "./config.ts";

describe("the settings of a room", () => {
  it("have a value for everything where nothing is set", () => {
    const config = readConfig({});
    if (!config.ok) throw new Error(config.error.join());
    expect(config.value).toMatchObject({ host: "127.0.0.1", port: 7443, databaseUrl: null, logLevel: "info" });
  });

  it("refuse a CONCORDAT_ name that does not exist, by name", () => {
    expect(readConfig({ CONCORDAT_DTAA: "/tmp/x" })).toEqual({
      ok: false,
      error: ["CONCORDAT_DTAA: there is no such setting"],
    });
  });

  it.each([
    [{ PORT: "seventy" }, "PORT: a whole number from 0 to 65535"],
    [{ PORT: "70000" }, "PORT"],
    [{ DATABASE_URL: "mysql://there/x" }, "DATABASE_URL"],
    [{ LOG_LEVEL: "loud" }, "LOG_LEVEL"],
    [{ PUBLIC_ORIGIN: "room.example" }, "PUBLIC_ORIGIN"],
    [{ CONCORDAT_KEYS: "somewhere" }, "CONCORDAT_KEYS"],
    [{ CONCORDAT_KEYS: "env:9" }, "CONCORDAT_KEYS"],
    [{ CONCORDAT_KEYS: "command:" }, "CONCORDAT_KEYS"],
    [{ CONCORDAT_MEMORY: "plenty" }, "CONCORDAT_MEMORY: bytes, such as `8GiB`"],
    [{ CONCORDAT_MEMORY: "" }, "CONCORDAT_MEMORY: bytes, such as `8GiB`"],
    [{ CONCORDAT_MEMORY: "8GB" }, "CONCORDAT_MEMORY: bytes, such as `8GiB`"],
    [{ CONCORDAT_MEMORY: "-512MiB" }, "CONCORDAT_MEMORY: bytes, such as `8GiB`"],
    [{ CONCORDAT_MEMORY: "999999999999999GiB" }, "CONCORDAT_MEMORY: bytes, such as `8GiB`"],
    [{ CONCORDAT_MEMORY: "63MiB" }, "CONCORDAT_MEMORY: `64MiB` at the least"],
    [{ CONCORDAT_CHECKPOINT_SECONDS: "61" }, "CONCORDAT_CHECKPOINT_SECONDS"],
    [{ CONCORDAT_CHECKPOINT_SECONDS: "0" }, "CONCORDAT_CHECKPOINT_SECONDS"],
    [{ CONCORDAT_CHECKPOINT_ENTRIES: "1001" }, "CONCORDAT_CHECKPOINT_ENTRIES"],
    [{ CONCORDAT_CHECKPOINT_ENTRIES: "" }, "CONCORDAT_CHECKPOINT_ENTRIES"],
    [{ CONCORDAT_REQUESTS_PER_MINUTE: "59" }, "CONCORDAT_REQUESTS_PER_MINUTE"],
    [{ CONCORDAT_BYTES_PER_MINUTE: "1MiB" }, "CONCORDAT_BYTES_PER_MINUTE: bytes, from `8MiB`"],
    [{ CONCORDAT_BYTES_PER_MINUTE: "plenty" }, "CONCORDAT_BYTES_PER_MINUTE: bytes, from `8MiB`"],
    [{ CONCORDAT_PROXIES: "proxy.example" }, "CONCORDAT_PROXIES: addresses or networks"],
    [{ CONCORDAT_PROXIES: "10.0.0.0/33" }, "CONCORDAT_PROXIES: addresses or networks"],
    [{ CONCORDAT_METRICS: "0.0.0.0:9100" }, "CONCORDAT_METRICS: `ADDRESS:PORT`"],
    [{ CONCORDAT_METRICS: "203.0.113.7:9100" }, "CONCORDAT_METRICS: `ADDRESS:PORT`"],
    [{ CONCORDAT_METRICS: "[2001:db8::1]:9100" }, "CONCORDAT_METRICS: `ADDRESS:PORT`"],
    [{ CONCORDAT_METRICS: "127.0.0.1:70000" }, "CONCORDAT_METRICS: `ADDRESS:PORT`"],
    [{ CONCORDAT_METRICS: "10.example:9100" }, "CONCORDAT_METRICS: `ADDRESS:PORT`"],
    [{ CONCORDAT_SLOW_QUESTION_MILLIS: "-1" }, "CONCORDAT_SLOW_QUESTION_MILLIS"],
    [{ CONCORDAT_MEMORY: "1" }, "CONCORDAT_MEMORY: `64MiB` at the least"],
  ])("refuse %o and name the setting", (environment, name) => {
    const config = readConfig(environment);
    expect(config.ok).toBe(false);
    expect(config.ok ? "" : config.error.join()).toContain(name);
  });

  it.each([
    ["8GiB", 8 * 1_073_741_824],
    ["512MiB", 536_870_912],
    ["67108864", 67_108_864],
  ])("read %s of memory", (text, bytes) => {
    const config = readConfig({ CONCORDAT_MEMORY: text });
    expect(config.ok && config.value.memoryBytes).toBe(bytes);
  });

  it.each([
    ["127.0.0.1:9100", { host: "127.0.0.1", port: 9_100 }],
    ["[::1]:0", { host: "::1", port: 0 }],
    ["172.20.0.3:9100", { host: "172.20.0.3", port: 9_100 }],
    ["[fd12:3456::7]:9100", { host: "fd12:3456::7", port: 9_100 }],
  ])("serve metrics at %s, in the operator's network", (text, place) => {
    const config = readConfig({ CONCORDAT_METRICS: text });
    expect(config.ok && config.value.metrics).toEqual(place);
  });

  it("believe of the address of a stranger what is in front, on this machine where TLS is in front", () => {
    const proxies = (set: Record<string, string>) => {
      const config = readConfig(set);
      return config.ok ? config.value.proxies : config.error;
    };
    const inFront = { CONCORDAT_TLS: "terminated-in-front" };
    expect(proxies({})).toEqual([]);
    expect(proxies(inFront)).toEqual(["127.0.0.0/8", "::1"]);
    expect(proxies({ ...inFront, CONCORDAT_PROXIES: "10.1.0.0/16,fd00::2" })).toEqual(["10.1.0.0/16", "fd00::2"]);
  });

  it("give each hand of a partner three quarters of what the partner has", () => {
    const config = readConfig({ CONCORDAT_REQUESTS_PER_MINUTE: "100", CONCORDAT_BYTES_PER_MINUTE: "1GiB" });
    expect(config.ok && config.value.rates).toMatchObject({
      partner: { units: 100, windowSeconds: 60 },
      hand: { units: 75 },
      bytes: { units: 1_073_741_824 },
    });
  });

  it("compare lists in memory unless the database is named, and say so in what the log keeps", () => {
    const [none, columnar, sql] = [{}, { CONCORDAT_ENGINE: "columnar" }, { CONCORDAT_ENGINE: "sql" }].map((set) => {
      const config = readConfig(set);
      if (!config.ok) throw new Error(config.error.join());
      return config.value;
    });
    expect([none?.engine, columnar?.engine, sql?.engine]).toEqual(["columnar", "columnar", "sql"]);
    expect(readConfig({ CONCORDAT_ENGINE: "duckdb" }).ok).toBe(false);
    expect(sql && settingsTold(sql)["engine"]).toBe("sql");
  });

  it("publish checkpoints as late as is allowed where nothing is set", () => {
    const config = readConfig({ CONCORDAT_CHECKPOINT_SECONDS: "5" });
    expect(config.ok && config.value.publishing).toEqual({ seconds: 5, entries: 1_000 });
  });

  it("give lists half of the machine's memory where nothing is set", () => {
    const config = readConfig({});
    expect(config.ok && config.value.memoryBytes).toBe(Math.floor(totalmem() / 2));
  });

  it("refuse to listen beyond this machine unless TLS in front is declared", () => {
    expect(readConfig({ HOST: "0.0.0.0" }).ok).toBe(false);
    expect(readConfig({ HOST: "0.0.0.0", CONCORDAT_TLS: "terminated-in-front" }).ok).toBe(true);
  });

  it("cut a public origin to scheme and authority", () => {
    const config = readConfig({ PUBLIC_ORIGIN: "https://room.example:8443/path?x" });
    expect(config.ok && config.value.publicOrigin).toBe("https://room.example:8443");
  });

  it("never show a password in what the log keeps of them", () => {
    const config = readConfig({ DATABASE_URL: "postgres://room:secret@db/room", CONCORDAT_KEYS: "command:cat secret" });
    const told = config.ok ? settingsTold(config.value) : {};
    expect(told).toMatchObject({ database: "another", keys: "command", port: "7443" });
    expect(JSON.stringify(told)).not.toContain("secret");
  });
});
