// What evidence rests on, for the page: the log and its checkpoints, who watches it, how all of it is verified, and
// what it cannot show.

import { counted } from "../policy/words.ts";
import type { Evidence } from "./document.ts";
import type { Section } from "./page.ts";
import { partsOf } from "./reading.ts";

/** The section about the ground of the evidence. */
export function groundSection({ contents, parts, seal }: Evidence): Section {
  const entries = partsOf(parts, "entry").length;
  const receipts = partsOf(parts, "receipt").length;
  const [tree] = partsOf(parts, "tree");
  const [watched] = partsOf(parts, "watched");
  const [room] = partsOf(parts, "room");
  return {
    title: "What this rests on",
    says: [
      "Verify this file on any machine, without the room: concordat audit verify FILE --key KEY, " +
        "with the room's key from a place that you trust. It checks every signature and every proof, " +
        "makes this page anew out of what it checked, and names whatever was altered.",
      "It cannot show what was left out: which entries belong here is the room's word, which its own " +
        "log holds. Compare with your own export of the log, and with witnesses.",
    ],
    list: [
      `The room's key, as it shows itself: ${room === undefined ? "not given" : room.key}`,
      ...(entries === 0 ? [] : [`${entries} of the log's ${sizeOf(tree?.checkpoint)}, each with its proof`]),
      ...(receipts === 0 ? [] : [counted(receipts, "receipt")]),
      watchedLine(watched),
      `This file is entry ${seal.index} of the log, made at ${contents.asOf}`,
    ],
  };
}

type Watched = ReturnType<typeof partsOf<"watched">>[number];

function watchedLine(watched: Watched | undefined): string {
  if (watched === undefined) return "No witness has cosigned the log so far, or its checkpoint was not published yet";
  const names = watched.witnesses.map(({ key }) => key.split("+")[0]);
  const by = names.length === 0 ? "no witness" : names.join(", ");
  return `The log was last published at ${sizeOf(watched.checkpoint)}, and cosigned there by ${by}`;
}

// The second line of a checkpoint is the size of the log.
function sizeOf(checkpoint: string | undefined): string {
  return checkpoint === undefined
    ? "entries"
    : counted(Number(checkpoint.split("\n")[1]), "entry").replace("entrys", "entries");
}
