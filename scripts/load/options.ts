// What `npm run load` can be told, and what it says of itself.

import { parseArgs } from "node:util";
import { KINDS, type Kind, type Rates } from "./schedule.ts";

export type Options = {
  /** A room that runs already, with the file of its operator's key; null for one of the load's own. */
  readonly room: { readonly url: string; readonly operatorFile: string; readonly pid: number | null } | null;
  readonly partners: number;
  readonly contracts: number;
  readonly rates: Rates;
  readonly warmSeconds: number;
  readonly minutes: number;
  /** Rows of each of two lists that questions are asked about all the while; 0 for none. */
  readonly besideRows: number;
  /** CONCORDAT_MEMORY of a room of the load's own. */
  readonly memory: string;
  readonly seed: string;
  readonly json: boolean;
};

const HELP = `npm run load -- [--partners 50] [--contracts 500] [--rates explain=200,read=20,ask=2,upload=0.2]
                [--warm 60] [--minutes 1] [--beside ROWS] [--memory 1GiB] [--seed TEXT] [--json]
                [--url URL --operator FILE [--pid PID]]

  --partners   companies in the room, 2 to 500
  --contracts  contracts between two or three of them, 1 to 10000
  --rates      requests a second of each kind; a kind that is left out is not sent
                 explain  POST /v1/questions/explain       read    contracts, policies, versions, releases, budget, log
                 ask      POST /v1/questions, each anew    upload  a small list: begun, one part, committed
  --warm       seconds over which the load rises before it counts; failures count from the start
  --minutes    how long, fractions allowed; an hour and more is a soak
  --beside     two more companies with lists of so many rows, of which questions are asked one after another meanwhile
  --memory     CONCORDAT_MEMORY of the room that is started
  --seed       makes the same schedule again
  --url        a room that runs, in place of one that is started. ITS LOG KEEPS THE PARTNERS AND CONTRACTS FOR EVER:
               never the room of real partners. --operator is its operator.jwk; --pid the process whose memory is told
  --json       one JSON document on standard output in place of the tables; what goes on is told on standard error

Ends with 0 when every goal was met, 1 when one was not, 2 for options that make no sense.
What is measured and how is told in scripts/load/README.md.
`;

/** What was asked for; null where it was help, which is printed. */
export function readLoadOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: "string" },
      operator: { type: "string" },
      pid: { type: "string" },
      partners: { type: "string", default: "50" },
      contracts: { type: "string", default: "500" },
      rates: { type: "string", default: "explain=200,read=20,ask=2,upload=0.2" },
      warm: { type: "string", default: "60" },
      minutes: { type: "string", default: "1" },
      beside: { type: "string", default: "0" },
      memory: { type: "string", default: "1GiB" },
      seed: { type: "string", default: "load" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return null;
  }
  return {
    room: roomIn(values),
    partners: wholeIn("--partners", values.partners, [2, 500]),
    contracts: wholeIn("--contracts", values.contracts, [1, 10_000]),
    rates: ratesIn(values.rates),
    warmSeconds: numberIn("--warm", values.warm, [0, 600]),
    minutes: numberIn("--minutes", values.minutes, [0.01, 10_080]),
    besideRows: wholeIn("--beside", values.beside, [0, 100_000_000]),
    memory: values.memory,
    seed: values.seed,
    json: values.json,
  };
}

type Said = {
  readonly url?: string | undefined;
  readonly operator?: string | undefined;
  readonly pid?: string | undefined;
};

function roomIn({ url, operator, pid }: Said): Options["room"] {
  if (url === undefined) {
    if (operator !== undefined || pid !== undefined) throw new RangeError("--operator and --pid go with --url");
    return null;
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new RangeError(`--url is no address: ${url}`);
  if (operator === undefined) throw new RangeError("--url needs --operator, the file of the room's operator's key");
  const process = pid === undefined ? null : wholeIn("--pid", pid, [1, 4_194_304]);
  return { url: new URL(url).origin, operatorFile: operator, pid: process };
}

/** The most of a kind that one sender is asked for. */
const MOST_A_SECOND = 5_000;

function ratesIn(text: string): Rates {
  const rates: { [kind in Kind]: number } = { explain: 0, read: 0, ask: 0, upload: 0 };
  const named = new Set<string>();
  for (const pair of text.split(",")) {
    const [name = "", rate = "", ...rest] = pair.split("=");
    const kind = KINDS.find((one) => one === name);
    if (kind === undefined || rest.length > 0 || named.has(name))
      throw new RangeError(`--rates has each of ${KINDS.join(", ")} once, as kind=rate, not ${pair}`);
    named.add(name);
    rates[kind] = numberIn(`the rate of ${kind}`, rate, [0, MOST_A_SECOND]);
  }
  if (KINDS.every((kind) => rates[kind] === 0)) throw new RangeError("--rates sends nothing at all");
  return rates;
}

function wholeIn(name: string, text: string, bounds: readonly [number, number]): number {
  const value = numberIn(name, text, bounds);
  if (Number.isInteger(value)) return value;
  throw new RangeError(`${name} is a whole number, not ${text}`);
}

function numberIn(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new RangeError(`${name} is a number from ${least} to ${most}, not ${text}`);
}
