// RFC 9530 appendix D: digests of one body by every algorithm of the registry, and two field values of appendix B.

/** The body of appendix D, without a line break. */
export const SAMPLE_BODY = '{"hello": "world"}';

/** Appendix D, by algorithm; the first two are accepted, the others are deprecated or no hashes at all. */
export const SAMPLE_DIGESTS = {
  "sha-512": ":WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
  "sha-256": ":X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
  md5: ":Sd/dVLAcvNLSq16eXua5uQ==:",
  sha: ":07CavjDP4u3/TungoUHJO/Wzr4c=:",
  unixsum: ":GQU=:",
  unixcksum: ":7zsHAA==:",
  adler: ":OZkGFw==:",
  crc32c: ":Q3lHIA==:",
} as const;

/** Appendix B.1: the same body with its line break, and the digest of no body at all (B.2). */
export const WITH_LINE_BREAK = ":RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
export const OF_NOTHING = ":47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
