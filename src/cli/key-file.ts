// Private keys on a partner's machine: JWK files (RFC 7517) that their owner alone may read.

import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { generateSigningKey, KEY_REFUSALS, type SigningKey, signingKeyFromJwk } from "../crypto/jwk.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { readJson, reasonOf } from "./files.ts";
import { failed, type Refusal } from "./terminal.ts";

/** Reads a key; a file that others may read too is refused. */
export async function readKey(path: string): Promise<Result<SigningKey, Refusal>> {
  const json = await readJson(path);
  if (!json.ok) return json;
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    return err(failed(`the key file \`${path}\` can be read by others`, `chmod 600 ${path}`));
  }
  const key = signingKeyFromJwk(json.value);
  return key.ok ? key : err(failed(`\`${path}\` holds no usable key: ${KEY_REFUSALS[key.error]}`));
}

/** Makes a key and writes it to a new file of mode 0600. A file that exists is left alone: it may hold another key. */
export async function makeKey(path: string): Promise<Result<SigningKey, Refusal>> {
  const { privateJwk, key } = generateSigningKey();
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, `${JSON.stringify(privateJwk)}\n`, { mode: 0o600, flag: "wx" });
    return ok(key);
  } catch (error) {
    return err(failed(`the key cannot be written to \`${path}\`: ${reasonOf(error)}`));
  }
}
