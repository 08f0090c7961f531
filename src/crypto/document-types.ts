// The `typ` of compact signatures (RFC 7515 §4.1.9), so that one made for one kind of document is none of another.
// The `typ` of contracts stands with their envelope.

/** Receipts: by the room's key, over what was released and where the log records it. */
export const RECEIPT_TYP = "concordat-receipt+jws";

/** Notices to remove records from a list: by the room's key, over what the recipient is told. */
export const REMOVAL_NOTICE_TYP = "concordat-removal-notice+jws";

/** The proof that a new key is held: by that key, over `{ partner, thumbprint }`. */
export const KEY_PROOF_TYP = "concordat-key-proof+jws";
