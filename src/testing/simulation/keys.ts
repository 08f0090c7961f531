// Signing keys that a name determines, for tests alone (Ed25519, RFC 8032; PKCS #8 as RFC 8410 §7 has it).

import { createHash, createPrivateKey } from "node:crypto";
import { type SigningKey, signingKeyFromJwk } from "../../crypto/jwk.ts";

const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** The same key for the same name. */
export function keyNamed(name: string): SigningKey {
  const secret = createHash("sha256").update(`concordat simulation ${name}`).digest();
  const der = Buffer.concat([PKCS8_HEAD, secret]);
  const { x, d } = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ format: "jwk" });
  const key = signingKeyFromJwk({ kty: "OKP", crv: "Ed25519", x: String(x), d: String(d) });
  if (!key.ok) throw new Error(`a key of a name is refused: ${key.error}`);
  return key.value;
}
