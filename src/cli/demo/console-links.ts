// The demonstration's last lines: a way into the console for each role.

import { needed } from "./stage.ts";
import type { Actor } from "./walk.ts";

const ROLES = ["marketer", "compliance", "admin"] as const;

/** Lets somebody of a partner in under each role; lines with a link for each. */
export async function consoleLinks(
  { client, manifest }: Actor,
  operator: Actor["client"],
  publicOrigin: string,
): Promise<readonly string[]> {
  const lines = [`\nLook at it in a browser, as somebody of ${manifest.name}; each link signs in once:`];
  for (const role of ROLES) {
    const body = { name: `Demo ${role}`, role };
    const invited = await client.call((api) => api.POST("/v1/people", { body }));
    const { link } = needed(invited, `letting a ${role} into the console`);
    lines.push(`   ${role.padEnd(10)} ${publicOrigin}${link}`);
  }
  const body = { name: "Demo operator", role: "operator" as const };
  const invited = await operator.call((api) => api.POST("/v1/people", { body }));
  lines.push("\nAnd as whoever runs the room, who sees nothing of any partner's:");
  lines.push(
    `   ${"operator".padEnd(10)} ${publicOrigin}${needed(invited, "letting an operator into the console").link}`,
  );
  return lines;
}
