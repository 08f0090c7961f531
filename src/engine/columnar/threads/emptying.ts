// What is left of a work that ended: the shapes of its settings and of its last piece, and no byte of what was in them.

/** Zeros all bytes and numbers that a value holds in memory of its own; what threads share is left alone. */
export function empty(value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    if (buffer instanceof ArrayBuffer && byteLength > 0) new Uint8Array(buffer, byteOffset, byteLength).fill(0);
  } else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) empty(inner);
}
