// A notice to whoever holds a list: remove these records of yours from it. It says nothing of who asked for that, whose
// list it was that changed, when, or by which right. `README.md` argues why that is all that it may say.

import { z } from "zod";

/**
 * - `id`, `release`: names of the notice and of the release that gave the list
 * - `remove`: `records`, which are named then, or the whole `list`, as of one whose entries are deniable
 * - `records`: the recipient's own record references, sorted
 * - `salt`: 128 random bits in hex, so that a digest of the notice confirms no guess of what it says
 */
export const removalNoticeSchema = z
  .strictObject({
    concordat: z.literal("removal-notice/1"),
    id: z.string().regex(/^ntc_[A-Za-z0-9_-]{22}$/),
    recipient: z.string(),
    release: z.string(),
    remove: z.enum(["records", "list"]),
    records: z.array(z.string()),
    salt: z.string().regex(/^[0-9a-f]{32}$/),
  })
  .refine(({ remove, records }) => (remove === "records") === records.length > 0, "a notice about records names some");

export type RemovalNotice = z.output<typeof removalNoticeSchema>;
