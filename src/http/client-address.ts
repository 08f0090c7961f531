// From which address a request comes, for counting strangers, who have no other name. Behind a proxy of the operator's
// that is what the proxy says (`X-Forwarded-For`), and nobody else is believed. Addresses are counted and never kept.

import { BlockList, isIP } from "node:net";

/** What a connection and its header say. */
type Seen = { readonly remote: string | undefined; readonly forwarded: string | undefined };

/**
 * The name under which an address is counted: an IPv4 address, or the first 64 bits of an IPv6 one, which one
 * subscriber has in any number.
 */
export type AddressName = (seen: Seen) => string;

/** @param proxies  addresses, or networks in CIDR form, of what stands in front of the room */
export function addressNames(proxies: readonly string[]): AddressName {
  const trusted = blockList(proxies);
  const isProxy = (address: string) => {
    const family = isIP(address);
    return family !== 0 && trusted.check(address, family === 6 ? "ipv6" : "ipv4");
  };
  return ({ remote, forwarded }) => {
    const nearest = plain(remote ?? "");
    if (!isProxy(nearest)) return nameOf(nearest);
    const said = (forwarded ?? "").split(",").map((one) => plain(one.trim()));
    // Each proxy adds whom it saw at the end, so what stands before the first stranger is a stranger's word.
    const stranger = said.reverse().find((one) => !isProxy(one));
    return nameOf(stranger !== undefined && isIP(stranger) !== 0 ? stranger : nearest);
  };
}

function blockList(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = "", bits] = proxy.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

// A socket that takes both families shows IPv4 as `::ffff:192.0.2.1` (RFC 4291 §2.5.5.2).
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

function nameOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const [first, last] = [head, tail ?? ""].map((half) => half.split(":").filter((group) => group !== ""));
  const known = (first?.length ?? 0) + (last?.length ?? 0);
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(8 - known, 0) }, () => "0");
  const groups = [...(first ?? []), ...zeros, ...(last ?? [])];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
