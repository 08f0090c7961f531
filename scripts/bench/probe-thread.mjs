// A thread of the bandwidth probe: reads two arrays from end to end, as often as it is told, by comparing them.
import { parentPort, workerData } from "node:worker_threads";

const [left, right] = [Buffer.alloc(workerData.bytes, 1), Buffer.alloc(workerData.bytes, 1)];
parentPort.on("message", (passes) => {
  for (let pass = 0; pass < passes; pass++) if (!left.equals(right)) throw new Error("equal bytes differ");
  parentPort.postMessage("done");
});
