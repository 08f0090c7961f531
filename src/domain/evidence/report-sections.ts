// Sections that the reports share: who is responsible, whose data of which kinds, who may learn what and how it is
// bounded. Made from the facts of a report alone.

import { nameIn, ownerOf } from "../dataset/schema.ts";
import type { PartnerId } from "../partner/manifest.ts";
import {
  ANALYSIS_WORDS,
  chanceInWords,
  counted,
  type Directory,
  figure,
  listed,
  nameOf,
  USE_WORDS,
} from "../policy/words.ts";
import type { Evidence } from "./document.ts";
import type { Section } from "./page.ts";
import { directoryIn, partsOf, timeInWords } from "./reading.ts";
import type { Flow, Report } from "./report.ts";

/** A report with the names that it is told in. */
export type Reporting = {
  readonly report: Report;
  readonly directory: Directory;
  readonly own: PartnerId;
  readonly name: string;
  readonly asOf: string;
};

/** The report of an evidence file. @throws Error where there is none, which the verifier has found before */
export function reportingOf({ contents, parts }: Evidence): Reporting {
  const [report] = partsOf(parts, "report");
  if (report === undefined) throw new Error("the evidence has no report");
  const directory = directoryIn(parts);
  return {
    report,
    directory,
    own: contents.for,
    name: nameOf(directory, contents.for),
    asOf: timeInWords(contents.asOf),
  };
}

/** Who is responsible, and whom to ask. */
export function controllerSection({ report, directory, own, name }: Reporting): Section {
  const others = new Set(report.contracts.flatMap(({ members }) => members).filter((member) => member !== own));
  const named = listed([...others].map((one) => nameOf(directory, one)));
  const parties = named === "" ? "It has no contract here." : `The other parties of its contracts are ${named}.`;
  return {
    title: "Who is responsible",
    says: [`${name} is the controller of its own lists. ${parties}`],
    list: report.contacts.map(
      ({ role, name: person, email }) => `${role}: ${person === undefined ? "" : `${person}, `}${email}`,
    ),
  };
}

/** Whose data, and of which kinds. */
export function listsSection({ report }: Reporting, title: string, counting: string): Section {
  return {
    title,
    says: report.lists.length === 0 ? ["There is no list."] : [],
    table: {
      columns: ["List", counting, "Identifiers", "Attributes and measures", "Consents held"],
      rows: report.lists.map((list) => [
        nameIn(list.dataset),
        list.people === null ? "none" : figure(list.people),
        list.identifiers.join(", "),
        [...list.attributes, ...list.measures].join(", "),
        list.consents.join(", "),
      ]),
    },
  };
}

/** What each recipient may learn, for what and by which clause. */
export function flowsSection({ report, directory }: Reporting, title: string): Section {
  return {
    title,
    says: report.flows.length === 0 ? ["Nobody can learn anything: no contract and rule together permit it."] : [],
    table: {
      columns: ["Who", "What, for what", "Of the list", "By which contract and rule", "From, until", "How bounded"],
      rows: report.flows.map((flow) => [
        nameOf(directory, flow.recipient),
        [
          `${ANALYSIS_WORDS[flow.analysis]} for ${flow.purpose}`,
          ...(flow.channel === null ? [] : [`through ${flow.channel}`]),
        ].join("\n"),
        [nameIn(flow.dataset), ...flow.attributes.map(useInWords)].join("\n"),
        `contract ${contractName(report, flow)}\nrule “${flow.rule}” of policy version ${flow.policyVersion}`,
        `${flow.from}\n${flow.until}`,
        boundsOf(flow).join("\n"),
      ]),
    },
  };
}

/** The contracts behind the flows. */
export function contractsSection({ report, directory }: Reporting, title: string): Section {
  return {
    title,
    says: report.contracts.length === 0 ? ["There is none."] : [],
    table: {
      columns: ["Contract", "Where it stands", "Between", "Purposes", "From, until"],
      rows: report.contracts.map((one) => [
        `“${one.name}”, version ${one.version}`,
        one.state.replaceAll("-", " "),
        listed(one.members.map((member) => nameOf(directory, member))),
        one.purposes.join(", "),
        `${one.from}\n${one.until}`,
      ]),
    },
  };
}

/** What was given in fact. */
export function givenSection({ report, directory }: Reporting, title: string): Section {
  return {
    title,
    says: report.given.length === 0 ? ["Nothing was."] : [],
    table: {
      columns: ["Who", "Of the list", "What", "Answers", "Withheld", "Times that rows were taken away"],
      rows: report.given.map((one) => [
        nameOf(directory, one.recipient),
        `${nameIn(one.dataset)} of ${nameOf(directory, ownerOf(one.dataset))}`,
        ANALYSIS_WORDS[one.analysis],
        figure(one.answers),
        figure(one.withheld),
        figure(one.collections),
      ]),
    },
  };
}

/** The measures that the room takes for every list, and those that these documents add. */
export function measuresSection({ report }: Reporting): Section {
  return {
    title: "Measures of protection",
    says: [],
    list: [
      "Identifiers are hashed at the partner's side and kept as keyed tokens; the lists lie sealed " +
        "under a key of the partner's own. They are pseudonymous, and personal data all the same.",
      "Every question is decided by contract and by the rules of every owner concerned; what no rule " +
        "permits is refused.",
      "Every act is an entry of a log that anybody with an older checkpoint can check.",
      `${counted(report.activeKeys, "key")} of the partner may sign, and ` +
        `${counted(report.witnesses, "witness").replace("witnesss", "witnesses")} of its own ` +
        `${report.witnesses === 1 ? "watches" : "watch"} the log.`,
      `People were erased from the lists ${counted(report.erasures, "time")}; whoever was stays out ` +
        "of whatever is uploaded later.",
    ],
  };
}

/** Sentences about how far one flow goes. */
function boundsOf(flow: Flow): string[] {
  const { perRelease, perRecipient, periodDays, lineage, delta, renewals } = flow.budget;
  const figures =
    flow.mode === "exact"
      ? "figures without noise"
      : `figures ${flow.mechanism === "discrete-laplace" ? "with noise" : "with Gaussian noise"}`;
  return [
    ...(flow.channel === null
      ? [`${figures}, nothing below ${figure(flow.k)} people`]
      : [`a list of ${figure(flow.minimumAudience)} to ${figure(flow.maximumAudience)} people`]),
    `epsilon ${perRelease} for one answer, ${perRecipient} for one recipient in ` +
      `${counted(periodDays, "day")}, ${lineage} for ` +
      `everybody${renewals === 0 ? "" : `, renewed at most ${counted(renewals, "time")}`}; it may fail ` +
      `with a chance of ${chanceInWords(delta)}`,
    ...(flow.deniability === null || flow.channel === null ? [] : [`entries deniable by epsilon ${flow.deniability}`]),
    ...(flow.consents.length === 0 ? [] : [`only people with ${listed(flow.consents)}`]),
    ...(flow.isApproved ? ["a person approves each"] : []),
    flow.channel === null
      ? `kept for ${counted(flow.retentionDays, "day")}`
      : `can be collected for ${counted(flow.audienceValidityDays, "day")}`,
  ];
}

// `tier:filter`, as a flow has it.
function useInWords(permit: string): string {
  const at = permit.lastIndexOf(":");
  const words = new Map<string, string>(Object.entries(USE_WORDS)).get(permit.slice(at + 1));
  return `“${permit.slice(0, at)}” to ${words === undefined ? permit.slice(at + 1) : words}`;
}

function contractName({ contracts }: Report, { contract }: Flow): string {
  const found = contracts.find(({ id }) => id === contract);
  return found === undefined ? contract : `“${found.name}”, version ${found.version}`;
}
