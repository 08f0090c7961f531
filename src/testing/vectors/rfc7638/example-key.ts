// Keys printed in standards, for rebuilding the standards' own signatures. The intake of keys refuses every one of
// them, so they are put together here, past it, for tests alone.

import { createPrivateKey, createPublicKey } from "node:crypto";
import { type PublicJwk, type PublicKey, type SigningKey, thumbprintOf } from "../../../crypto/jwk.ts";

/** A published public key in the form that verifies. */
export function examplePublicKey(jwk: PublicJwk): PublicKey {
  const verifier = createPublicKey({ key: jwk, format: "jwk" });
  return { thumbprint: thumbprintOf(jwk), algorithm: jwk.kty === "OKP" ? "EdDSA" : "ES256", jwk, verifier };
}

/** A published private key in the form that signs. */
export function exampleSigningKey(jwk: PublicJwk, d: string): SigningKey {
  return {
    publicKey: examplePublicKey(jwk),
    signer: createPrivateKey({ key: { ...jwk, d }, format: "jwk" }),
  };
}

/** RFC 8037 appendices A.1 to A.3: the key, its private part and its thumbprint. */
export const RFC8037_KEY = {
  jwk: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  thumbprint: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
} as const;

/** RFC 9421 §B.1.4, `test-key-ed25519`. */
export const RFC9421_ED25519 = {
  jwk: { kty: "OKP", crv: "Ed25519", x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs" },
  d: "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
} as const;

/** RFC 9421 §B.1.3, `test-key-ecc-p256`. */
export const RFC9421_P256 = {
  jwk: {
    kty: "EC",
    crv: "P-256",
    x: "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
    y: "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
  },
} as const;

/** RFC 7515 §A.3.1. */
export const RFC7515_P256 = {
  jwk: {
    kty: "EC",
    crv: "P-256",
    x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  },
} as const;
