// A few cases of Wycheproof (C2SP, Apache-2.0) of each kind, so that the suite means something without the full files.
// Numbers are those of the published files; bytes are in hex.

/** ed25519_test.json, all under one key. */
export const ED25519_X = "fU0Of2FTpptiQrUiq77mhf2kQg-INLEIw72uNp71Sfo";
export const ED25519_CASES = [
  {
    id: 2,
    message: "78",
    signature:
      "d80737358ede548acb173ef7e0399f83392fe8125b2ce877de7975d8b726ef5b1e76632280ee38afad12125ea44b961bf92f1178c9fa819d020869975bcbe109",
    isValid: true,
  },
  {
    id: 10,
    message: "3f",
    signature:
      "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    isValid: false,
  },
  {
    id: 13,
    message: "3f",
    signature:
      "0000000000000000000000000000000000000000000000000000000000000000edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
    isValid: false,
  },
  {
    id: 33,
    message: "54657374",
    signature:
      "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab07a9155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6f946b30d2020",
    isValid: false,
  },
  {
    id: 44,
    message: "313233343030",
    signature:
      "617c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281c2b9ce23fc6213ed5b87912e9bbf92f5e2c780eae26d15c50a112d1e97d2ea33c06",
    isValid: false,
  },
  {
    id: 59,
    message: "313233343030",
    signature:
      "657c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281cab227aedf259f910f0f3a759a335062665217925d019173b88917eae294f75d40f",
    isValid: false,
  },
] as const;

/** ecdsa_secp256r1_sha256_p1363_test.json, the first group. */
export const ES256_KEY = {
  x: "KSexBRK64-3c_kZ4KBKLrSkDJpkZ9whgacjE32xzKDg",
  y: "x3h5ZOqsAOWSH7FJimD0YGdms9loUAFVjRqXTnNBUT4",
} as const;
export const ES256_CASES = [
  {
    id: 1,
    message: "313233343030",
    signature:
      "2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e184cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79e6fadd76",
    isValid: true,
  },
  {
    id: 2,
    message: "313233343030",
    signature:
      "012ba3a8bd6b94d5ed80a6d9d1190a436ebccc0833490686deac8635bcb9bf536900b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c134b49156847db",
    isValid: false,
  },
  {
    id: 3,
    message: "313233343030",
    signature:
      "01002ba3a7be6b94d6ec80a6d9d1190a432be6dfbb2cb98d6d4d72972df620817f180000b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c134b49156847db",
    isValid: false,
  },
  {
    id: 4,
    message: "313233343030",
    signature:
      "d45c5740946b2a147f59262ee6f5bc90bd01ed280528b62b3aed5fc93f06f739b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c134b49156847db",
    isValid: false,
  },
  {
    id: 5,
    message: "313233343030",
    signature:
      "012ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e1800b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c134b49156847db",
    isValid: false,
  },
  {
    id: 6,
    message: "313233343030",
    signature:
      "0100000000000000002ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18000000000000000000b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c134b49156847db",
    isValid: false,
  },
] as const;

/** aes_gcm_test.json: 256-bit key, 96-bit nonce, 128-bit tag. */
export const AES_GCM_CASES = [
  {
    id: 91,
    key: "92ace3e348cd821092cd921aa3546374299ab46209691bc28b8752d17f123c20",
    nonce: "00112233445566778899aabb",
    associated: "00000000ffffffff",
    message: "00010203040506070809",
    sealed: "e27abdd2d2a53d2f136b9a4a2579529301bcfb71c78d4060f52c",
    isValid: true,
  },
  {
    id: 92,
    key: "29d3a44f8723dc640239100c365423a312934ac80239212ac3df3421a2098123",
    nonce: "00112233445566778899aabb",
    associated: "aabbccddeeff",
    message: "",
    sealed: "2a7d77fa526b8250cb296078926b5020",
    isValid: true,
  },
  {
    id: 130,
    key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    nonce: "505152535455565758595a5b",
    associated: "",
    message: "202122232425262728292a2b2c2d2e2f",
    sealed: "b2061457c0759fc1749f174ee1ccadfa9de8fef6d8ab1bf1bf887232eab590dd",
    isValid: false,
  },
  {
    id: 131,
    key: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    nonce: "505152535455565758595a5b",
    associated: "",
    message: "202122232425262728292a2b2c2d2e2f",
    sealed: "b2061457c0759fc1749f174ee1ccadfa9ee8fef6d8ab1bf1bf887232eab590dd",
    isValid: false,
  },
] as const;

/** hkdf_sha256_test.json, case 1: RFC 5869 appendix A.1. */
export const HKDF_CASE = {
  secret: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
  salt: "000102030405060708090a0b0c",
  context: "f0f1f2f3f4f5f6f7f8f9",
  length: 42,
  derived: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
} as const;
