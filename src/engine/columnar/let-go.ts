// Memory that is given back at once. What a cipher answers lies outside of the heap, and the collector, who sees but a
// small object, comes for it late: meanwhile each answer takes fresh memory, which is cold and counts as ours.

import { MessageChannel } from "node:worker_threads";

const nowhere = closedPort();

/** Answers that are worth being let go together: each time costs as much as sealing tens of thousands of bytes. */
export const LET_GO_TOGETHER = 8;

/** Gives back the memory of answers of a cipher that nobody reads any more; they are empty from here on. */
export function letGo(answers: readonly Uint8Array[]): void {
  const buffers = answers.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
  nowhere.postMessage(null, buffers);
}

/** A port whose other end is gone: what is sent to it is taken away from its sender, and freed. */
function closedPort() {
  const { port1 } = new MessageChannel();
  port1.close();
  return port1;
}
