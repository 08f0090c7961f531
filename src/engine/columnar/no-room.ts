// What the engine says when its memory is used up: the same error wherever it happens, so that whoever asked can tell
// it from a bug. The work has changed nothing, and succeeds when there is room again.

/** The arena has no room for it, though everything was given up that may be. */
export class NoRoom extends Error {
  override readonly name = "NoRoom";

  /** @param what  completes "no room in memory for …" */
  constructor(what: string) {
    super(`no room in memory for ${what}`);
  }
}
