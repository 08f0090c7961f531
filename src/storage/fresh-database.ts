// A database of its own on somebody else's Postgres, for a room that lasts no longer than a demonstration.

import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { err, ok, type Result } from "../domain/result.ts";
import { appRoleOn } from "./database.ts";
import { errorCode } from "./error-code.ts";

/** A new database; `url` is the given one with its name. */
export type FreshDatabase = { readonly url: string; readonly drop: () => Promise<void> };

const INSUFFICIENT_PRIVILEGE = "42501";

/** Creates a database beside the one that a URL names. The URL's user needs the right to create databases. */
export async function freshDatabase(url: string): Promise<Result<FreshDatabase, string>> {
  const name = `concordat_demo_${randomBytes(5).toString("hex")}`;
  const refusal = await onServer(url, `create database ${name} template template0`).then(
    () => null,
    (failure: unknown) => refusalOf(failure),
  );
  if (refusal !== null) return err(refusal);
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  const drop = async () => {
    await onServer(url, `drop database if exists ${name} with (force)`);
    await onServer(url, `drop role if exists ${appRoleOn(name)}`);
  };
  return ok({ url: fresh.href, drop });
}

async function onServer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

function refusalOf(failure: unknown): string {
  if (errorCode(failure) === INSUFFICIENT_PRIVILEGE) {
    return "the user of DATABASE_URL may not create the demo's database: grant CREATEDB, or unset DATABASE_URL";
  }
  const reason = failure instanceof Error ? failure.message : "unknown reason";
  return `the Postgres of DATABASE_URL cannot be used: ${reason}`;
}
