// Prints a room's keys, drawn anew: the document that CONCORDAT_KEYS names, for rooms whose keys come from a secret
// store. A room with `file:PATH` makes its own at its first start. Never for a room that has keys: nothing would open.

import { generateKeyPairSync, randomBytes } from "node:crypto";

const { crv, d, kty, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
const [wrapping, room] = [randomBytes(32), randomBytes(32)].map((key) => key.toString("base64url"));
process.stdout.write(`${JSON.stringify({ concordat: "room-keys/1", wrapping, room, log: { crv, d, kty, x } })}\n`);
