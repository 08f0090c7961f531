// Suppression: the asker's own records to leave out, because another serves these people already. The same membership
// is disclosed as by an audience, entry by entry, so it goes the same road: gate, cap, consents, expiry and the guard,
// which counts lists of both kinds. It has a name of its own in contracts and policies, because a list to leave people
// out may be agreed where one to reach them is not, and the other way round.

import { listRules } from "../audience/list-rules.ts";
import type { AskedSuppression } from "./question.ts";

export const suppressionRules = listRules<AskedSuppression>({
  purpose: (channel) => `to leave them out of what it sends through ${channel}`,
  agreed: ({ may, whose, purposes, channels }) =>
    `${may} receive${purposes} a list of its own customers who are also ${whose}, to leave them out of what it sends ` +
    `through ${channels}`,
});
