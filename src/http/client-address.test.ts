import { describe, expect, test } from "vitest";
import { addressNames } from "./client-address.ts";

describe("an address", () => {
  const name = addressNames([]);
  const behind = addressNames(["127.0.0.1", "10.1.0.0/16", "2001:db8:ffff::/48"]);

  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:0DB8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    [undefined, ""],
  ])("%s counts as %s", (remote, counted) => {
    expect(name({ remote, forwarded: undefined })).toBe(counted);
  });

  test("is the connection's own, whatever its header says, unless a proxy of the room's brings it", () => {
    expect(name({ remote: "192.0.2.7", forwarded: "198.51.100.1" })).toBe("192.0.2.7");
    expect(behind({ remote: "192.0.2.7", forwarded: "198.51.100.1" })).toBe("192.0.2.7");
    expect(behind({ remote: "127.0.0.1", forwarded: "198.51.100.1" })).toBe("198.51.100.1");
    expect(behind({ remote: "::ffff:127.0.0.1", forwarded: "198.51.100.1" })).toBe("198.51.100.1");
    expect(behind({ remote: "2001:db8:ffff::7", forwarded: "2001:db8::5" })).toBe("2001:db8:0:0::/64");
  });

  test("is the last that no proxy of the room's has, as what stands before it is a stranger's word", () => {
    expect(behind({ remote: "127.0.0.1", forwarded: "203.0.113.9, 198.51.100.1, 10.1.2.3" })).toBe("198.51.100.1");
  });

  test.each(["", "unknown", "203.0.113.9, _hidden", "10.1.2.3"])(
    "is the proxy's where the header says `%s`",
    (forwarded) => {
      expect(behind({ remote: "127.0.0.1", forwarded })).toBe("127.0.0.1");
    },
  );
});
