import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
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
    { host: "127.0.0.1", port: 0, headersSeconds: 1, requestSeconds: 2, idleSeconds: 60 },
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

describe("a connection that waits", () => {
  // Longer than Node by itself lets one wait, and than a request may take.
  it("is there for the next request", async () => {
    const socket = connect(listener.port, "127.0.0.1");
    let received = "";
    socket.on("data", (chunk) => {
      received += String(chunk);
    });
    const ask = () => socket.write("PUT / HTTP/1.1\r\nHost: room\r\nContent-Length: 2\r\n\r\nhi");
    ask();
    await sleep(7_000);
    ask();
    await expect.poll(() => received.match(/HTTP\/1.1 200 /g)?.length).toBe(2);
    expect(received).toMatch(/^keep-alive: timeout=60\r$/im);
    socket.destroy();
  });
});

describe("a server that drains", () => {
  const listening = { host: "127.0.0.1", port: 0, headersSeconds: 5, requestSeconds: 5, idleSeconds: 60 };

  /** A server whose replies leave when they are told to, and which has one request under way. */
  async function busy(contentType: string) {
    let leave = (_: Response) => {};
    const reply = new Promise<Response>((resolve) => {
      leave = resolve;
    });
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const own = await listen(() => {
      arrive();
      return reply;
    }, listening);
    const asked = fetch(`http://127.0.0.1:${own.port}`);
    asked.catch(() => undefined);
    await arrived;
    return {
      own,
      asked,
      leave: (body: string | ReadableStream) => leave(new Response(body, { headers: { "content-type": contentType } })),
    };
  }

  it("lets what is under way end, and takes nothing more meanwhile", async () => {
    const { own, asked, leave } = await busy("text/plain");
    let isDrained = false;
    const drained = own.drain(5_000).then(() => {
      isDrained = true;
    });
    await expect(fetch(`http://127.0.0.1:${own.port}`)).rejects.toThrow();
    expect(isDrained).toBe(false);
    leave("whole");
    expect(await (await asked).text()).toBe("whole");
    await drained;
    await own.close();
  });

  it("waits no longer than it is given, and not for streams of events", async () => {
    const late = await busy("text/plain");
    const began = performance.now();
    await late.own.drain(100);
    expect(performance.now() - began).toBeGreaterThanOrEqual(90);
    await late.own.close();
    await expect(late.asked).rejects.toThrow();
    const events = await busy("text/event-stream");
    events.leave(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode("event: x\n\n")) }));
    const { body } = await events.asked;
    const before = performance.now();
    await events.own.drain(5_000);
    expect(performance.now() - before).toBeLessThan(1_000);
    await events.own.close();
    await expect(new Response(body).text()).rejects.toThrow();
  });
});
