// The second thread's program: counts the common tokens of the buckets that fall to it, and says how many.

import { parentPort } from "node:worker_threads";
import { commonTokensByBucket } from "../../domain/matching/crosswalk.ts";
import { bucketsFrom, type CountReply, type CountTask } from "./shared-buckets.ts";

const port = parentPort;
if (port === null) throw new Error("this program runs as a thread of the matcher");
port.on("message", ({ id, left, right, next }: CountTask) => {
  const steps = commonTokensByBucket(left, right, bucketsFrom(next));
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done !== true) continue;
    const reply: CountReply = { id, count: step.value };
    port.postMessage(reply);
    break;
  }
});
port.postMessage("ready");
