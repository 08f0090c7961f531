// What the second thread does: it says that it is ready, then takes buckets of whatever count it is told of.

import { parentPort } from "node:worker_threads";
import { countTaken, type SharedCount } from "./second-thread.ts";

parentPort?.on("message", (shared: SharedCount) => {
  const steps = countTaken(shared);
  while (steps.next().done !== true);
});
parentPort?.postMessage("ready");
