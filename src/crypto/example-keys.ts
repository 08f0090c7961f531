// Thumbprints (RFC 7638) of the keys printed in standards. Their private parts are public, so whoever registers one
// shares it with every reader; a room never takes them, the demonstration included.

/** The published example keys of a curve that a partner may use. */
export const EXAMPLE_KEYS: ReadonlySet<string> = new Set([
  "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", // RFC 8037 appendix A; RFC 8032 §7.1, test 1
  "FtIu-VbGrfe_KB6CH7GNwODB72MNxj_ml11dEvO-7kk", // RFC 8032 §7.1, test 2
  "FVV5umTuau890q59V-4Ga_R6qWb7ON_ivJc4EjvCwTM", // RFC 8032 §7.1, test 3
  "lZI1vM7tnlYapaF5-cy86ptx0tT_8Av721hhiNB5ti4", // RFC 8032 §7.1, test 1024
  "poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U", // RFC 9421 §B.1.4
  "ydQXMtvbsOsZyFir-Y7A8t7fKEM1gbKPvyFkdpu4fvI", // RFC 9421 §B.1.3
  "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U", // RFC 7515 §A.3.1
  "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", // RFC 7517 §A.1
  "HsSFalww3yP-dO-lWGYgFcyV5H22oScIFc4V2Y6GOto", // RFC 7520 §5.5.1
  "DOvxvJiAdIqVWIkFt5hDtCunXLF0BV4-JGv4f-ALSm0", // RFC 6979 §A.2.5
]);
