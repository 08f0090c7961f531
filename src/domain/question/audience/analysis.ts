// Audience: the asker's own records that match another's segment, to reach these people.

import { listRules } from "./list-rules.ts";
import type { AskedAudience } from "./question.ts";

export const audienceRules = listRules<AskedAudience>({
  purpose: (channel) => `to reach them through ${channel}`,
  agreed: ({ may, whose, purposes, channels }) =>
    `${may} receive${purposes} a list of its own customers who are also ${whose}, to reach them through ${channels}`,
});
