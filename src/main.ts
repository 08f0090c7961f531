// The composition root of the server: the one place that makes things and names the clock and the source of chance.

import { randomBytes, randomInt } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { matcherAmong, memoryAmong } from "./app/among-servers.ts";
import { portsInMemory, turnsInMemory } from "./app/in-memory.ts";
import { keepHouse } from "./app/keep-house.ts";
import { keepRounds, readOnlyNote, type Teller } from "./app/keep-rounds.ts";
import { checkStanding, storeWhileSound } from "./app/log-standing.ts";
import { refreshKeys } from "./app/look-around.ts";
import type { Ports, Room } from "./app/ports.ts";
import { publishRound } from "./app/publish-checkpoint.ts";
import type { Readiness } from "./app/readiness.ts";
import { checkSchemes } from "./app/rekey-lists.ts";
import { rememberErasures } from "./app/remember-erasures.ts";
import { checkKeys, everybody, startRoom, sweepRoom } from "./app/start-room.ts";
import { type Config, settingsTold } from "./config.ts";
import type { PublicKey } from "./crypto/jwk.ts";
import { unixMillis } from "./domain/instant.ts";
import { LIMITS } from "./domain/limits.ts";
import { err, ok, type Result } from "./domain/result.ts";
import { columnarMatcher } from "./engine/columnar/matcher.ts";
import { sqlMatcher } from "./engine/sql/matcher.ts";
import type { Transact } from "./engine/sql/token-database.ts";
import { addressNames } from "./http/client-address.ts";
import { listen } from "./http/listener.ts";
import { rateLimits } from "./http/rate-limits.ts";
import { roomServer } from "./http/server.ts";
import { openIdConnect } from "./identity/open-id-connect.ts";
import { openDatabase } from "./open-database.ts";
import type { ErasureMemory } from "./ports/erasure-memory.ts";
import type { KeyRing } from "./ports/key-ring.ts";
import type { LogMemory } from "./ports/log-memory.ts";
import type { InTurn, Servers } from "./ports/servers.ts";
import type { Store } from "./ports/store.ts";
import { checkDatabase } from "./storage/check-database.ts";
import { holdDirectory, spareDirectory } from "./storage/directory-hold.ts";
import { removeEmbedded } from "./storage/embedded/launcher.ts";
import { openErasureMemory } from "./storage/erasure-memory.ts";
import { freshDatabase } from "./storage/fresh-database.ts";
import { hasKeyRing, openKeyRing, type RingSources } from "./storage/key-ring.ts";
import { type OpenedLogKeys, openLogKeys, storeWithNewKeys } from "./storage/log-keys.ts";
import { openLogMemory } from "./storage/log-memory.ts";
import { keySource, readOperatorKey } from "./storage/room-keys.ts";
import { serversBy } from "./storage/servers/turns.ts";
import { postgresStore } from "./storage/store.ts";
import { tokenTransactions } from "./storage/token-transactions.ts";
import { type Watching, watchingBy } from "./watching.ts";

/** A room that serves. */
export type RunningRoom = {
  /** Where it listens, and what partners sign for. */
  readonly url: string;
  readonly publicOrigin: string;
  readonly dataDirectory: string;
  /** The file with the operator's private key. */
  readonly operatorKeyPath: string;
  readonly warnings: readonly string[];
  readonly ports: Ports;
  /** Where metrics are served; null where they are not. */
  readonly metricsPort: number | null;
  /** Says that it is not ready, takes no more connections, and waits until what is under way has ended. */
  readonly drain: () => Promise<void>;
  /** Kept with the reason when its part is over though nobody stopped it: nothing that it does has effect any more. */
  readonly over: Promise<string>;
  readonly stop: () => Promise<void>;
};

/** What a room is started for. With DATABASE_URL, `onFreshDatabase` gives it a database that goes when it stops. */
export type Occasion = { readonly onFreshDatabase: boolean };

/** Starts a room: keys, database, migrations, checks, sweep, then the listener. Refuses in sentences. */
export async function runRoom(
  given: Config,
  occasion: Occasion = { onFreshDatabase: false },
): Promise<Result<RunningRoom, readonly string[]>> {
  const { databaseUrl } = given;
  if (databaseUrl === null || !occasion.onFreshDatabase) return runOn(given, []);
  const fresh = await freshDatabase(databaseUrl);
  if (!fresh.ok) return err([fresh.error]);
  return runOn({ ...given, databaseUrl: fresh.value.url }, [fresh.value.drop]);
}

/** Stops a room and deletes its data directory and its database: for demonstrations and tests. */
export async function discardRoom(room: RunningRoom): Promise<void> {
  await room.stop();
  await removeEmbedded({ directory: room.dataDirectory });
  await rm(room.dataDirectory, { recursive: true, force: true });
}

async function runOn(config: Config, undo: Undo): Promise<Result<RunningRoom, readonly string[]>> {
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  // Servers that share a database share its directory, and know of each other there.
  const isShared = config.databaseUrl !== null;
  const hold = isShared ? await spareDirectory(config.dataDirectory) : await holdDirectory(config.dataDirectory);
  if (!hold.ok) return err([hold.error]);
  undo.push(hold.value.release);
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const started = await assemble(config, undo).catch(async (failure: unknown) => {
    await stop();
    throw failure;
  });
  if (!started.ok) await stop();
  return started.ok ? ok({ ...started.value, dataDirectory: config.dataDirectory, stop }) : started;
}

/** The version that package.json states. */
export function packageVersion(): string {
  const { version }: { version: string } = createRequire(import.meta.url)("../package.json");
  return version;
}

type Undo = (() => Promise<void>)[];

async function assemble(
  config: Config,
  undo: Undo,
): Promise<Result<Omit<RunningRoom, "stop" | "dataDirectory">, readonly string[]>> {
  const watching = watchingBy(config);
  const { tell } = watching;
  const opened = await openDatabase(config, { undo, release: packageVersion(), tell });
  if (!opened.ok) return opened;
  const { database, membership } = opened.value;
  const servers = serversBy({
    presence: membership.presence,
    own: membership.registration.number,
    here: turnsInMemory(),
  });
  const sources = await openSources(config, servers);
  if (!sources.ok) return err([sources.error]);
  const { source, keys, keyRing, operatorKeyPath, operatorKey } = sources.value;
  const checked = await checkDatabase(database.room);
  if (!checked.ok) return checked;
  const memories = await openMemories(config.dataDirectory, servers.inTurn);
  if (!memories.ok) return err([memories.error]);
  const plainStore = postgresStore(database.room);
  const logKeys = await openLogKeys(plainStore, sources.value);
  if (!logKeys.ok) return err([`the keys of ${source.name} ${logKeys.error}`]);
  const store = storeWithNewKeys(plainStore, logKeys.value);
  const room = roomOf(config, logKeys.value, keyRing);
  const tokens = config.engine === "sql" ? tokenTransactions(database.tokens) : null;
  const { noteQuestion } = watching;
  const kept = { store, room, servers, ...memories.value, tokens };
  const ports = { ...portsOf(config, keys.room, kept), noteQuestion };
  undo.push(() => ports.matcher.end());
  const fitting = await checkKeys(ports);
  if (!fitting.ok) return err([`the keys of ${source.name} ${fitting.error}`]);
  const schemes = await checkSchemes(ports);
  if (!schemes.ok) return err([schemes.error]);
  const standing = await checkStanding(ports);
  if (!standing.ok) return err([`${config.dataDirectory}: ${standing.error}`]);
  const contradiction = ports.standing.of();
  // Files of people that the database does not know may be those that its latest state knows: they are not swept.
  if (contradiction === null) await openRoom(config, ports, operatorKey);
  await membership.hasStarted();
  servers.hear((message) => void (message.kind === "keys" && hearOfKeys(ports, tell)));
  undo.push(keepRounds(ports, tell));
  const { readiness, metricsPort, end } = await watching.begin({ ports, database });
  undo.push(end);
  const { logRequest } = watching;
  const serving = await serve({ config, ports, logRequest, readiness }, undo);
  const warnings = contradiction === null ? checked.value : [...checked.value, readOnlyNote(contradiction)];
  return ok({ ...serving, operatorKeyPath, warnings, ports, metricsPort, over: membership.registration.over });
}

type Sources = RingSources & {
  readonly keyRing: KeyRing;
  readonly operatorKeyPath: string;
  readonly operatorKey: PublicKey;
};

async function openSources({ dataDirectory, keys: place }: Config, servers: Servers): Promise<Result<Sources, string>> {
  const source = keySource(place, { mayMake: !(await hasKeyRing(dataDirectory)) });
  const keys = await source.read();
  if (!keys.ok) return keys;
  const changed = () => servers.tell({ kind: "keys" });
  const ringSources = { source, keys: keys.value, inTurn: servers.inTurn, changed };
  const keyRing = await openKeyRing(dataDirectory, ringSources);
  if (!keyRing.ok) return keyRing;
  const operatorKeyPath = join(dataDirectory, "operator.jwk");
  const operatorKey = await readOperatorKey(operatorKeyPath);
  if (!operatorKey.ok) return operatorKey;
  return ok({ ...ringSources, keyRing: keyRing.value, operatorKeyPath, operatorKey: operatorKey.value.publicKey });
}

// What cannot be read now is read in the next round.
async function hearOfKeys(ports: Ports, tell: Teller): Promise<void> {
  await refreshKeys(ports.room).catch((failure: unknown) => tell("changed keys not read", failure));
}

/** What the room of a data directory remembers beside its database. */
export async function openMemories(
  directory: string,
  inTurn: InTurn,
): Promise<Result<Pick<Kept, "memory" | "erasureMemory">, string>> {
  const memory = await openLogMemory(directory, inTurn);
  if (!memory.ok) return memory;
  const erasureMemory = await openErasureMemory(directory, inTurn);
  return erasureMemory.ok ? ok({ memory: memory.value, erasureMemory: erasureMemory.value }) : erasureMemory;
}

async function openRoom(config: Config, ports: Ports, operatorKey: PublicKey): Promise<void> {
  await startRoom(ports, { operatorKey, settings: settingsTold(config), version: packageVersion() });
  await sweepRoom(ports);
  await rememberErasures(ports, await everybody(ports));
  await keepHouse(ports);
  await publishRound(ports);
}

/** What a room is made of beside the key that makes tokens. */
export type Kept = {
  readonly store: Store;
  readonly room: Room;
  readonly memory: LogMemory;
  readonly erasureMemory: ErasureMemory;
  readonly servers: Servers;
  /** Where lists are compared in the database; null where they are compared in memory. */
  readonly tokens: Transact | null;
};

/** Makes the ports of a room. Their matcher has threads, which `matcher.end` ends. */
export function portsOf(config: Config, roomKey: Uint8Array, { store, tokens, servers, ...kept }: Kept): Ports {
  const clock = () => unixMillis(Date.now());
  const inMemory = portsInMemory();
  const among = memoryAmong(servers, inMemory, clock);
  const { memoryBytes } = config;
  const { inTurn, makingFiles, sweeping } = servers;
  const roomLinks = kept.room.keyRing.roomLinks();
  const lists = { directory: join(config.dataDirectory, "lists"), roomKey, roomLinks, memoryBytes };
  const matcher = tokens === null ? columnarMatcher(lists) : sqlMatcher({ ...lists, transact: tokens, inTurn });
  return {
    ...inMemory,
    ...among,
    ...kept,
    ...{ inTurn, makingFiles, sweeping },
    store: storeWhileSound(store, among.standing),
    matcher: matcherAmong(servers, matcher),
    identity: openIdConnect(config.signInHosts),
    clock,
    random: (count) => randomBytes(count),
    restBefore,
  };
}

// Lists that change in a burst are at rest soon after, and those who ask of them at once do not try again at once.
async function restBefore(tries: number): Promise<void> {
  if (tries > 0) await sleep(randomInt(1, LIMITS.figureRestMillis * 3 ** (tries - 1)));
}

/** The room as its keys make it. */
export function roomOf({ publishing }: Pick<Config, "publishing">, logKeys: OpenedLogKeys, keyRing: KeyRing): Room {
  return { origin: logKeys.origin, logKeys, publishing, keyRing };
}

type Served = {
  readonly config: Config;
  readonly ports: Ports;
  readonly logRequest: Watching["logRequest"];
  readonly readiness: Readiness;
};

async function serve(served: Served, undo: Undo): Promise<Pick<RunningRoom, "url" | "publicOrigin" | "drain">> {
  const { config, readiness } = served;
  // The port may be the system's choice, so the server listens before the app knows what partners sign for.
  const late: { app: ReturnType<typeof roomServer> | null } = { app: null };
  const { headersSeconds, requestSeconds, idleConnectionSeconds: idleSeconds } = LIMITS;
  const listener = await listen(
    (request, bindings) => late.app?.fetch(request, bindings) ?? new Response(null, { status: 503 }),
    { host: config.host, port: config.port, headersSeconds, requestSeconds, idleSeconds },
  );
  undo.push(listener.close);
  const url = `http://${config.host.includes(":") ? `[${config.host}]` : config.host}:${listener.port}`;
  const publicOrigin = config.publicOrigin ?? url;
  late.app = appOf(served, publicOrigin);
  const drain = async () => {
    readiness.stopping();
    await listener.drain(LIMITS.drainMillis);
  };
  return { url, publicOrigin, drain };
}

function appOf({ config, ports, logRequest, readiness }: Served, publicOrigin: string): ReturnType<typeof roomServer> {
  return roomServer({
    ports,
    publicOrigin,
    knownKeys: new Map(),
    rates: rateLimits(ports.clock, config.rates),
    addressOf: addressNames(config.proxies),
    amiss: readiness.look,
    logRequest,
  });
}
