// Columns in another order, element by element or run by run.

/** `to[i] = from[order[i]]` for elements of `width` bytes. */
export function gather(to: usize, from: usize, order: usize, count: u32, width: u32): void {
  const end = order + (<usize>count << 2);
  if (width == 1) {
    for (let at = order; at < end; at += 4, to += 1) store<u8>(to, load<u8>(from + load<u32>(at)));
  } else if (width == 2) {
    for (let at = order; at < end; at += 4, to += 2) store<u16>(to, load<u16>(from + (<usize>load<u32>(at) << 1)));
  } else if (width == 4) {
    for (let at = order; at < end; at += 4, to += 4) store<u32>(to, load<u32>(from + (<usize>load<u32>(at) << 2)));
  } else if (width == 8) {
    for (let at = order; at < end; at += 4, to += 8) store<u64>(to, load<u64>(from + (<usize>load<u32>(at) << 3)));
  } else if (width == 12) {
    for (let at = order; at < end; at += 4, to += 12) {
      const element = from + <usize>load<u32>(at) * 12;
      store<u64>(to, load<u64>(element));
      store<u32>(to, load<u32>(element, 8), 8);
    }
  } else if (width == 16) {
    for (let at = order; at < end; at += 4, to += 16) v128.store(to, v128.load(from + (<usize>load<u32>(at) << 4)));
  } else {
    for (let at = order; at < end; at += 4, to += width) memory.copy(to, from + <usize>load<u32>(at) * width, width);
  }
}

/** Copies `count` runs of elements: three words each say where it begins at `from`, where at `to`, and how long it is. */
export function copyRuns(to: usize, from: usize, runs: usize, count: u32, width: u32): void {
  const end = runs + <usize>count * 12;
  for (let run = runs; run < end; run += 12) {
    const source = from + <usize>load<u32>(run) * width;
    const target = to + <usize>load<u32>(run, 4) * width;
    copyBytes(target, source, <usize>load<u32>(run, 8) * width);
  }
}

/** Copies exactly so many bytes: the last ones overlap those before them rather than being told apart. */
@inline
function copyBytes(to: usize, from: usize, length: usize): void {
  if (length >= 16) {
    const last = length - 16;
    for (let at: usize = 0; at < last; at += 16) v128.store(to + at, v128.load(from + at));
    v128.store(to + last, v128.load(from + last));
  } else if (length >= 8) {
    store<u64>(to, load<u64>(from));
    store<u64>(to + length - 8, load<u64>(from + length - 8));
  } else {
    for (let byte: usize = 0; byte < length; byte++) store<u8>(to + byte, load<u8>(from + byte));
  }
}
