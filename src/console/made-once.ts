// Made when first asked for, and then kept.

/**
 * What `make` makes of each name. Whoever asks meanwhile waits for the same; a failure reaches all who wait, and is
 * forgotten, so that the next who asks begins anew.
 */
export function madeOnce<Name, Made>(make: (name: Name) => Promise<Made>): (name: Name) => Promise<Made> {
  const kept = new Map<Name, Promise<Made>>();
  return (name) => {
    const known = kept.get(name);
    if (known !== undefined) return known;
    const making = make(name).catch((failure: unknown) => {
      kept.delete(name);
      throw failure;
    });
    kept.set(name, making);
    return making;
  };
}
