import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Listener, listen } from "./listener.ts";

let listener: Listener;
const bodies: Promise<string>[] = [];
beforeAll(async () => {
  listener = await listen(
    async (request) => {
      const body = request.text();
      bodies.push(body);
      return new Response(await body);
    },
    { host: "127.0.0.1", port: 0, headersSeconds: 1, requestSeconds: 2 },
  );
});
afterAll(() => listener.close());

/** Sends the text, then one byte after another for as long as the connection stands; answers all that came back. */
function stalling(text: string): Promise<string> {
  const socket: Socket = connect(listener.port, "127.0.0.1");
  let received = "";
  socket.on("data", (chunk) => {
    received += String(chunk);
  });
  socket.write(text);
  const drip = setInterval(() => socket.write("x"), 50);
  return new Promise((resolve) => {
    // A byte that is written after the other side has closed is an error, which ends it too.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearInterval(drip);
      resolve(received);
    });
  });
}

describe("a request that stalls", () => {
  it.each([
    ["in its head", "PUT / HTTP/1.1\r\nHost: room\r\nSlow: "],
    ["in its body", "PUT / HTTP/1.1\r\nHost: room\r\nContent-Length: 100000\r\n\r\n"],
  ])("%s is ended by the server, others served meanwhile", async (_, text) => {
    const stalled = stalling(text);
    const served = await fetch(`http://127.0.0.1:${listener.port}/`, { method: "PUT", body: "at once" });
    expect(await served.text()).toBe("at once");
    expect(await stalled).toMatch(/^HTTP\/1.1 408 /);
  });

  it("fails in whoever reads its body", async () => {
    const before = bodies.length;
    await stalling("PUT / HTTP/1.1\r\nHost: room\r\nContent-Length: 100000\r\n\r\n");
    await expect(bodies[before]).rejects.toThrow();
  });
});
