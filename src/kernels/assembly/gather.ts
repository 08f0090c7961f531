// Columns in another order.

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
