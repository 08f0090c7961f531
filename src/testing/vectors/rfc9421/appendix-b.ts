// RFC 9421 appendix B.2: signature bases and signatures of the two algorithms that this API registers.

/** §B.2.6, Ed25519 over the request of §B.2; deterministic, so it is made again byte for byte. */
export const B26 = {
  lines: [
    ['"date"', "Tue, 20 Apr 2021 02:07:55 GMT"],
    ['"@method"', "POST"],
    ['"@path"', "/foo"],
    ['"@authority"', "example.com"],
    ['"content-type"', "application/json"],
    ['"content-length"', "18"],
  ],
  parameters:
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
  base: [
    '"date": Tue, 20 Apr 2021 02:07:55 GMT',
    '"@method": POST',
    '"@path": /foo',
    '"@authority": example.com',
    '"content-type": application/json',
    '"content-length": 18',
    '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
  ].join("\n"),
  signature: "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
} as const;

/** §B.2.4, ECDSA P-256 over the response of §B.2. */
export const B24 = {
  base: [
    '"@status": 200',
    '"content-type": application/json',
    '"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
    '"content-length": 23',
    '"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
  ].join("\n"),
  signature: "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
} as const;
