import { parseList } from "structured-headers";
import { describe, expect, test } from "vitest";
import { unixMillis } from "../domain/instant.ts";
import { partnerIdSchema } from "../domain/partner/manifest.ts";
import { ratesOf, USUAL_RATES } from "../domain/rates.ts";
import { type Admission, rateLimits } from "./rate-limits.ts";

const [ash, birch] = ["ash-travel", "birch-boats"].map((id) => partnerIdSchema.parse(id)) as [never, never];
const key = (partner: never, thumbprint: string) => ({ partner, thumbprint });

function limited() {
  const time = { now: 1_800_000_000_000 };
  const rates = ratesOf({ requestsPerMinute: 4, bytesPerMinute: 6_000 });
  return { time, ...rateLimits(() => unixMillis(time.now), rates) };
}

function told({ fields }: Admission) {
  return parseList(fields.ratelimit).map(([name, parameters]) => [name, parameters.get("r"), parameters.get("t")]);
}

describe("limits", () => {
  test("are told as structured fields: the policies, what is left of each, and when all of it is back", () => {
    const { ofCaller } = limited();
    const admission = ofCaller(key(ash, "a"), 1_500);
    expect(admission.refusal).toBeNull();
    expect(admission.fields["ratelimit-policy"]).toBe(
      '"partner";q=4;qu="requests";w=60, "hand";q=3;qu="requests";w=60, "bytes";q=6000;qu="content-bytes";w=60',
    );
    expect(told(admission)).toEqual([
      ["partner", 3, 15],
      ["hand", 2, 20],
      ["bytes", 4_500, 15],
    ]);
  });

  test("leave a partner's other hands their part, and each other partner all of its own", () => {
    const { ofCaller } = limited();
    for (let count = 0; count < 3; count++) expect(ofCaller(key(ash, "a"), 0).refusal).toBeNull();
    expect(ofCaller(key(ash, "a"), 0).refusal?.extra).toEqual({ "violated-policies": ["hand"], retryAfterSeconds: 20 });
    expect(ofCaller(key(ash, "b"), 0).refusal).toBeNull();
    const both = ofCaller(key(ash, "b"), 0).refusal;
    expect(both?.extra).toEqual({ "violated-policies": ["partner"], retryAfterSeconds: 15 });
    expect(ofCaller(key(birch, "c"), 0).refusal).toBeNull();
  });

  test("charge nothing for what is refused, so that the wait that is told suffices", () => {
    const { time, ofCaller } = limited();
    for (let count = 0; count < 3; count++) ofCaller(key(ash, "a"), 0);
    for (let count = 0; count < 50; count++) expect(ofCaller(key(ash, "a"), 0).refusal).not.toBeNull();
    time.now += 20_000;
    expect(ofCaller(key(ash, "a"), 0).refusal).toBeNull();
  });

  test("bound bytes, and let the largest body through once nothing is owed", () => {
    const { time, ofCaller } = limited();
    expect(ofCaller(key(ash, "a"), 9_000).refusal).toBeNull();
    expect(ofCaller(key(ash, "a"), 100).refusal?.extra).toEqual({
      "violated-policies": ["bytes"],
      retryAfterSeconds: 31,
    });
    time.now += 31_000;
    expect(ofCaller(key(ash, "a"), 100).refusal).toBeNull();
    expect(ofCaller(key(birch, "b"), 8_000).refusal).toBeNull();
  });

  test("count strangers by address, apart from partners and from requests for deletion", () => {
    const { ofStranger, ofRequester, ofCaller, isSpent } = limited();
    const { units } = USUAL_RATES.stranger;
    for (let count = 0; count < units; count++) ofStranger("192.0.2.7");
    expect(isSpent("192.0.2.7")).toBe(true);
    expect(ofStranger("192.0.2.7").refusal?.extra).toEqual({ "violated-policies": ["stranger"], retryAfterSeconds: 1 });
    expect([isSpent("192.0.2.8"), ofRequester("192.0.2.7").refusal, ofCaller(key(ash, "a"), 0).refusal]).toEqual([
      false,
      null,
      null,
    ]);
  });
});
