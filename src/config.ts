// The room's settings, read once from the environment. The only reader of `process.env` beside the command line;
// unknown CONCORDAT_ names are refused, so that a misspelt setting cannot pass for a set one.

import { isIP } from "node:net";
import { homedir, totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type KeyPlace, keyVariables } from "./domain/key-place.ts";
import { LIMITS } from "./domain/limits.ts";
import { type Rates, ratesOf } from "./domain/rates.ts";
import { err, ok, type Result } from "./domain/result.ts";

const CLIENT_NAMES = new Set(["CONCORDAT_URL", "CONCORDAT_PARTNER", "CONCORDAT_KEY", "CONCORDAT_PROFILE"]);

const MIB = 1_048_576;
const MOST_BYTES_A_MINUTE = 64 * 1_024 * MIB;
const UNITS = new Map([
  ["", 1],
  ["MiB", MIB],
  ["GiB", 1_024 * MIB],
]);

const whole = (least: number, most: number) =>
  z
    .string()
    .transform(Number)
    .refine(
      (count) => Number.isInteger(count) && count >= least && count <= most,
      `a whole number from ${least} to ${most}`,
    );

const environmentSchema = z.object({
  CONCORDAT_CHECKPOINT_ENTRIES: whole(1, LIMITS.checkpointEntries).optional(),
  CONCORDAT_CHECKPOINT_SECONDS: whole(1, LIMITS.checkpointSeconds).optional(),
  CONCORDAT_BYTES_PER_MINUTE: z
    .string()
    .transform(bytesOf)
    .refine((bytes) => bytes >= LIMITS.partBytes && bytes <= MOST_BYTES_A_MINUTE, "bytes, from `8MiB` to `64GiB`")
    .optional(),
  CONCORDAT_DATA: z.string().min(1).optional(),
  CONCORDAT_ENGINE: z.enum(["columnar", "sql"]).optional(),
  CONCORDAT_KEYS: z
    .string()
    .regex(/^(?:file:.+|env:[A-Za-z_][A-Za-z0-9_]{0,60}|command:.+)$/, "`file:PATH`, `env:PREFIX` or `command:CMD`")
    .optional(),
  CONCORDAT_MEMORY: z
    .string()
    .transform(bytesOf)
    .refine(Number.isSafeInteger, "bytes, such as `8GiB`, `512MiB` or `536870912`")
    .refine((bytes) => !(bytes < LIMITS.memoryBytes), `\`${LIMITS.memoryBytes / MIB}MiB\` at the least`)
    .optional(),
  CONCORDAT_METRICS: z
    .string()
    .refine((text) => metricsPlace(text) !== null, "`ADDRESS:PORT`, the address of this machine or a private network")
    .optional(),
  CONCORDAT_PROXIES: z
    .string()
    .refine((text) => text.split(",").every(isNetwork), "addresses or networks (`10.1.0.0/16`), joined by commas")
    .optional(),
  CONCORDAT_REQUESTS_PER_MINUTE: whole(60, 10_000_000).optional(),
  CONCORDAT_SIGN_IN_HOSTS: z
    .string()
    .regex(/^[A-Za-z0-9.:-]+(?:,[A-Za-z0-9.:-]+)*$/, "host names or addresses, joined by commas")
    .optional(),
  CONCORDAT_SLOW_QUESTION_MILLIS: whole(0, 3_600_000).optional(),
  CONCORDAT_TLS: z.enum(["terminated-in-front"]).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  HOST: z.string().min(1).optional(),
  PORT: whole(0, 65_535).optional(),
  PUBLIC_ORIGIN: z.url({ protocol: /^https?$/ }).optional(),
  LOG_LEVEL: z.enum(["silent", "error", "warn", "info", "debug"]).optional(),
});

export type Config = {
  readonly dataDirectory: string;
  /** Where the room's keys come from. */
  readonly keys: KeyPlace;
  readonly databaseUrl: string | null;
  /** Where lists are compared: in the room's own memory, or in its database. */
  readonly engine: "columnar" | "sql";
  /** Bytes that sealing and questions may use together. */
  readonly memoryBytes: number;
  /** A checkpoint is published for witnesses so many seconds or entries after the last one, at the most. */
  readonly publishing: { readonly seconds: number; readonly entries: number };
  /** How much traffic of whom is taken. */
  readonly rates: Rates;
  /** Addresses and networks of what stands in front of the room and tells from where a request came. */
  readonly proxies: readonly string[];
  /** Where metrics are served; null for nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /** Milliseconds from which on a question is told of in the server's log. */
  readonly slowQuestionMillis: number;
  /** Hosts of sign-in providers that may lie in the room's own network. */
  readonly signInHosts: readonly string[];
  readonly host: string;
  readonly port: number;
  /** What signatures cover: scheme and authority as partners write them. Null: as the server listens. */
  readonly publicOrigin: string | null;
  readonly logLevel: "silent" | "error" | "warn" | "info" | "debug";
};

/** Reads the settings, or says what is wrong with them, a sentence each. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Result<Config, readonly string[]> {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) return err(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`));
  const dataDirectory = parsed.data.CONCORDAT_DATA ?? join(homedir(), ".concordat");
  const keys = keyPlace(parsed.data.CONCORDAT_KEYS ?? `file:${join(dataDirectory, "keys.json")}`, environment);
  const known = new Set([...Object.keys(environmentSchema.shape), ...CLIENT_NAMES, ...variablesOf(keys)]);
  const unknown = Object.keys(environment).filter((name) => name.startsWith("CONCORDAT_") && !known.has(name));
  if (unknown.length > 0) return err(unknown.map((name) => `${name}: there is no such setting`));
  const set = parsed.data;
  const config: Config = Object.freeze({
    dataDirectory,
    keys,
    databaseUrl: set.DATABASE_URL ?? null,
    engine: set.CONCORDAT_ENGINE ?? "columnar",
    memoryBytes: set.CONCORDAT_MEMORY ?? Math.max(LIMITS.memoryBytes, Math.floor(totalmem() / 2)),
    publishing: {
      seconds: set.CONCORDAT_CHECKPOINT_SECONDS ?? LIMITS.checkpointSeconds,
      entries: set.CONCORDAT_CHECKPOINT_ENTRIES ?? LIMITS.checkpointEntries,
    },
    rates: ratesOf({
      requestsPerMinute: set.CONCORDAT_REQUESTS_PER_MINUTE ?? LIMITS.partnerRequestsPerMinute,
      bytesPerMinute: set.CONCORDAT_BYTES_PER_MINUTE ?? LIMITS.partnerBytesPerMinute,
    }),
    metrics: metricsPlace(set.CONCORDAT_METRICS ?? ""),
    slowQuestionMillis: set.CONCORDAT_SLOW_QUESTION_MILLIS ?? LIMITS.slowQuestionMillis,
    proxies: set.CONCORDAT_PROXIES?.split(",") ?? (set.CONCORDAT_TLS === undefined ? [] : LOOPBACK),
    signInHosts: set.CONCORDAT_SIGN_IN_HOSTS?.toLowerCase().split(",") ?? [],
    host: set.HOST ?? "127.0.0.1",
    port: set.PORT ?? 7443,
    publicOrigin: set.PUBLIC_ORIGIN === undefined ? null : new URL(set.PUBLIC_ORIGIN).origin,
    logLevel: set.LOG_LEVEL ?? "info",
  });
  return isLoopback(config.host) || set.CONCORDAT_TLS !== undefined ? ok(config) : err([OPEN_WITHOUT_TLS]);
}

/** The settings without any secret, each as one text: what the log commits to. */
export function settingsTold(config: Config): { readonly [name: string]: string } {
  const { host, port, publicOrigin, logLevel, databaseUrl, engine, memoryBytes, publishing, keys, signInHosts } =
    config;
  const { rates, proxies, metrics, slowQuestionMillis } = config;
  return {
    host,
    port: String(port),
    publicOrigin: publicOrigin ?? "as it listens",
    logLevel,
    engine,
    memoryBytes: String(memoryBytes),
    checkpointSeconds: String(publishing.seconds),
    checkpointEntries: String(publishing.entries),
    database: databaseUrl === null ? "its own" : "another",
    keys: keys.kind,
    signInHosts: signInHosts.join(" "),
    requestsPerMinute: String(rates.partner.units),
    bytesPerMinute: String(rates.bytes.units),
    proxies: proxies.join(" "),
    metrics: metrics === null ? "" : `${metrics.host}:${metrics.port}`,
    slowQuestionMillis: String(slowQuestionMillis),
  };
}

// Variables are read when the keys are: no setting holds a secret.
function keyPlace(text: string, environment: Readonly<Record<string, string | undefined>>): KeyPlace {
  const colon = text.indexOf(":");
  const [kind, rest] = [text.slice(0, colon), text.slice(colon + 1)];
  if (kind === "command") return { kind, command: rest };
  return kind === "env" ? { kind, prefix: rest, variable: (name) => environment[name] } : { kind: "file", path: rest };
}

function variablesOf(place: KeyPlace): readonly string[] {
  return place.kind === "env" ? Object.values(keyVariables(place.prefix)) : [];
}

function bytesOf(text: string): number {
  const [, count, unit = ""] = /^([1-9]\d{0,14})([A-Za-z]+)?$/.exec(text) ?? [];
  return Number(count) * (UNITS.get(unit) ?? Number.NaN);
}

const OPEN_WITHOUT_TLS =
  "HOST: listening beyond this machine needs TLS in front; say so with CONCORDAT_TLS=terminated-in-front and PUBLIC_ORIGIN=https://…";

// What terminates TLS on this machine says in front of whom it stands.
const LOOPBACK = ["127.0.0.0/8", "::1"];

/** Addresses of this machine, of private networks (RFC 1918, RFC 4193) and of the link (RFC 3927, RFC 4291). */
const OPERATORS =
  /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][\da-f]{2}:|fe[89ab][\da-f]:)/i;

function metricsPlace(text: string): Config["metrics"] {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:]+)\]|([\d.]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const isOperators = isIP(host) !== 0 && OPERATORS.test(host) && Number(port) <= 65_535;
  return isOperators ? { host, port: Number(port) } : null;
}

function isNetwork(text: string): boolean {
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 0) <= (family === 6 ? 128 : 32);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}
