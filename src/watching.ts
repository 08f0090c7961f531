// The composition of what tells the operator how a room does: the server's log, metrics, readiness, slow questions.

import { pino } from "pino";
import type { Teller } from "./app/keep-rounds.ts";
import type { Ports, QuestionTimes } from "./app/ports.ts";
import { readHealth } from "./app/read-room.ts";
import { type Amiss, type Check, type Readiness, roomReadiness } from "./app/readiness.ts";
import type { Config } from "./config.ts";
import { contradictionInWords } from "./domain/audit/comparison.ts";
import { LIMITS } from "./domain/limits.ts";
import { OPERATOR } from "./domain/partner/manifest.ts";
import { type Metrics, roomMetrics } from "./http/metrics.ts";
import { listenForMetrics } from "./http/metrics-listener.ts";
import type { RequestLine } from "./http/serving.ts";
import type { Database } from "./storage/database.ts";
import { freeBytes } from "./storage/disk-space.ts";
import { isMigrated } from "./storage/migrate.ts";
import type { Pool } from "./storage/pool.ts";
import { readiness } from "./storage/readiness.ts";
import { MIGRATIONS, postgresStore } from "./storage/store.ts";

/** What is told as a room works. */
export type Watching = {
  readonly logRequest: (line: RequestLine) => void;
  readonly noteQuestion: (times: QuestionTimes) => void;
  readonly tell: Teller;
  /** Looks at a room from now on. Metrics are served where the settings say. */
  readonly begin: (room: Watched) => Promise<Begun>;
};

type Watched = { readonly ports: Ports; readonly database: Database };
/** `metricsPort` is null where no metrics are served. */
type Begun = {
  readonly readiness: Readiness;
  readonly metricsPort: number | null;
  readonly end: () => Promise<void>;
};

/** The telling of a room by its settings; metrics are counted only where they are served. */
export function watchingBy(config: Config): Watching {
  const log = logOf(config);
  let metrics: Metrics | null = null;
  return {
    logRequest: (line) => {
      metrics?.countRequest(line);
      if (line.failure === undefined) log.info(line);
      else log.error(line);
    },
    noteQuestion: (times) => {
      if (times.millis < config.slowQuestionMillis) return;
      metrics?.countSlowQuestion();
      log.warn({ outcome: "slow question", ...times });
    },
    tell: (outcome, failure) =>
      log.error(
        failure === null ? { outcome } : { outcome, failure: failure instanceof Error ? failure.name : "unknown" },
      ),
    begin: async (room) => {
      const found = toldReadiness(readinessOf(config, room), (amiss) => log.warn({ outcome: "not ready", amiss }));
      if (config.metrics === null) return { readiness: found, metricsPort: null, end: async () => undefined };
      const own = roomMetrics(observedOf(config, room, found));
      metrics = own;
      const listener = await listenForMetrics(config.metrics, { metrics: own, amiss: found.look });
      const end = async () => {
        own.end();
        await listener.close();
      };
      return { readiness: found, metricsPort: listener.port, end };
    },
  };
}

function logOf({ logLevel }: Config) {
  const timestamp = pino.stdTimeFunctions.isoTime;
  return pino({ level: logLevel, base: null, timestamp }, pino.destination(2));
}

// The operator's log has each change of what is amiss, and not each look at it.
function toldReadiness(found: Readiness, tell: (amiss: { readonly [part: string]: string }) => void): Readiness {
  let last = "";
  return {
    ...found,
    look: async (): Promise<Amiss> => {
      const amiss = await found.look();
      const now = JSON.stringify([...amiss]);
      if (now !== last && amiss.size > 0) tell(Object.fromEntries(amiss));
      last = now;
      return amiss;
    },
  };
}

function readinessOf({ dataDirectory }: Config, { ports, database }: Watched): Readiness {
  // In a session of its own, which waits behind nobody's work.
  const store = postgresStore(database.watch);
  const answers = readiness(database.watch);
  const keys: Check = async () => {
    // Throws for a key that the room does not hold.
    const head = await store.read({ name: "ready", parties: [OPERATOR] }, (tx) => tx.log.head());
    ports.room.logKeys.signer(head.signer);
    return null;
  };
  return roomReadiness(ports.clock, {
    keys,
    database: () => answers().then(() => null),
    log: async () => {
      const contradiction = ports.standing.of();
      return contradiction === null ? null : contradictionInWords(contradiction);
    },
    disk: async () => {
      const left = await freeBytes(dataDirectory);
      return left >= LIMITS.diskFreeBytes ? null : `${left} bytes are left, and ${LIMITS.diskFreeBytes} are needed`;
    },
    migrations: async () => {
      const migrated = await isMigrated(database.owner, MIGRATIONS);
      return migrated.ok ? null : migrated.error;
    },
  });
}

function observedOf({ dataDirectory }: Config, { ports, database }: Watched, { look }: Readiness) {
  const { room, tokens, owner } = database;
  return {
    health: () => readHealth(ports),
    amiss: look,
    diskFreeBytes: () => freeBytes(dataDirectory),
    sessions: () => ({ room: useOf(room), tokens: useOf(tokens), owner: useOf(owner) }),
    turns: { questions: ports.questionTurns, sealing: ports.sealingTurns },
    engineMemory: () => ports.matcher.memory(),
  };
}

function useOf(pool: Pool) {
  return { ...pool.use(), retries: [...pool.retries.values()].reduce((sum, count) => sum + count, 0) };
}
