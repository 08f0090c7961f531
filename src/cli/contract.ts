// `concordat contract`: proposed, amended, read, signed, refused, suspended, resumed and ended.

import type { Command } from "commander";
import { z } from "zod";
import { contractSignature } from "../client/sign-contract.ts";
import { type Contract, contractSchema } from "../domain/contract/document.ts";
import { err, ok } from "../domain/result.ts";
import { type ContractReply, documentOf, everyContract, findContract } from "./contract-ids.ts";
import { addContractVerify } from "./contract-verify.ts";
import { describe } from "./describe.ts";
import { documentAt, documentIn, type Whole } from "./documents.ts";
import { aligned } from "./figures.ts";
import { type Names, namesIn } from "./partner-names.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { EXIT, failed, type Outcome, refusedByRoom, type Terminal, type Told } from "./terminal.ts";

const showOptions = z.object({
  plain: z.boolean().optional(),
  against: z.union([z.string(), z.literal(true)]).optional(),
  jws: z.boolean().optional(),
  jwks: z.boolean().optional(),
});

export function addContract(program: Command, terminal: Terminal): void {
  const contract = describe(program.command("contract"), "agree contracts: propose, read, sign, refuse, suspend, end");
  actInRoom(
    terminal,
    describe(contract.command("propose <file>"), "offer a contract to its members", [
      "concordat contract propose partners/contracts/sunline-harbour.json",
    ]),
    propose,
  );
  actInRoom(
    terminal,
    describe(
      contract.command("amend <id> <file>"),
      "offer the next version of a contract, and say what it changes for each member; `previous` and `version` follow",
      ["concordat contract amend sunline-harbour amended.json"],
    ),
    amend,
  );
  actInRoom(
    terminal,
    describe(contract.command("list"), "show your contracts, newest first", ["concordat contract list"]),
    list,
  );
  actInRoom(
    terminal,
    describe(contract.command("show <id>"), "show a contract: where it stands, in plain words, or signed", [
      "concordat contract show sunline-harbour --plain",
    ])
      .option("--plain", "what signing it lets the others learn, in sentences")
      .option("--against [id]", "what it changes against another, or the version before it, for each member")
      .option("--jws", "the contract with its signatures, for `contract verify`")
      .option("--jwks", "its members' keys, for `contract verify`"),
    show,
  );
  actInRoom(
    terminal,
    describe(contract.command("sign <id>"), "sign a contract with your key; exits 4 while others have not signed", [
      "concordat contract sign sunline-harbour",
    ]),
    sign,
  );
  addChanges(contract, terminal);
  addContractVerify(contract, terminal);
}

function addChanges(contract: Command, terminal: Terminal): void {
  const refuse = describe(contract.command("refuse <id>"), "refuse a contract that is not in force yet; final", [
    "concordat contract refuse sunline-harbour",
  ]);
  actInRoom(terminal, refuse, (call) =>
    change(call, (id) =>
      call.session.client.call((api) => api.POST("/v1/contracts/{contract}/refusal", toContract(id))),
    ),
  );
  const suspend = describe(contract.command("suspend <id>"), "suspend a contract at once", [
    "concordat contract suspend sunline-harbour",
  ]);
  actInRoom(terminal, suspend, (call) =>
    change(call, (id) =>
      call.session.client.call((api) => api.POST("/v1/contracts/{contract}/suspension", toContract(id))),
    ),
  );
  const resume = describe(
    contract.command("resume <id>"),
    "lift your own suspension; in force again when all who suspended have",
    ["concordat contract resume sunline-harbour"],
  );
  actInRoom(terminal, resume, (call) =>
    change(call, (id) =>
      call.session.client.call((api) => api.POST("/v1/contracts/{contract}/resumption", toContract(id))),
    ),
  );
  const terminate = describe(
    contract.command("terminate <id>"),
    "end a contract at once and delete what was given under it; final",
    ["concordat contract terminate sunline-harbour"],
  );
  actInRoom(terminal, terminate, (call) =>
    change(call, (id) =>
      call.session.client.call((api) => api.POST("/v1/contracts/{contract}/termination", toContract(id))),
    ),
  );
}

function toContract(contract: string) {
  return { params: { path: { contract } }, body: {} };
}

async function propose({ session, operands }: SessionCall): Promise<Outcome> {
  const contract = await documentAt(operands[0], contractSchema);
  if (!contract.ok) return contract;
  return offer(session, contract.value);
}

async function amend({ session, operands }: SessionCall): Promise<Outcome> {
  const before = await findContract(session.client, operands[0] ?? "");
  if (!before.ok) return before;
  const draft = await documentAt(operands[1], z.looseObject({}));
  if (!draft.ok) return draft;
  const follows = { version: Number(before.value.document["version"]) + 1, previous: before.value.id };
  const contract = documentIn(operands[1] ?? "", { ...draft.value, ...follows }, contractSchema);
  if (!contract.ok) return contract;
  return offer(session, contract.value);
}

// Of an amendment, whoever offers it reads what it changes for each member at once.
async function offer(session: SessionCall["session"], contract: Whole<Contract>): Promise<Outcome> {
  const offered = await session.client.call((api) => api.POST("/v1/contracts", { body: contract }));
  if (!offered.ok) return err(refusedByRoom(offered.error));
  const shown = presented(offered.value, await namesIn(session));
  const differs = contract.previous === null ? null : await difference(session, offered.value.id);
  if (differs !== null && !differs.ok) return differs;
  const changes = differs === null ? [] : ["", ...differs.value.lines, ""];
  const meant = differs === null ? nameOf(offered.value) : offered.value.id.slice(0, 12);
  const next = `next: everybody concerned runs \`concordat contract sign ${meant}\``;
  return ok({ json: shown.json, lines: [...shown.lines, ...changes, next] });
}

async function difference(session: SessionCall["session"], contract: string, against?: string) {
  const query = against === undefined ? {} : { query: { against } };
  const answer = await session.client.call((api) =>
    api.GET("/v1/contracts/{contract}/difference", { params: { path: { contract }, ...query } }),
  );
  return answer.ok ? answer : err(refusedByRoom(answer.error));
}

async function list({ session }: SessionCall): Promise<Outcome> {
  const contracts = await everyContract(session.client);
  if (!contracts.ok) return contracts;
  const names = await namesIn(session);
  const rows = contracts.value.map((one) => [
    one.id.slice(0, 12),
    nameOf(one),
    stateInWords(one, names),
    one.offeredAt,
  ]);
  return ok({ json: contracts.value, lines: aligned([["id", "name", "state", "offered"], ...rows]) });
}

async function show({ session, operands, options }: SessionCall): Promise<Outcome> {
  const { plain, against, jws, jwks } = showOptions.parse(options);
  const found = await findContract(session.client, operands[0] ?? "");
  if (!found.ok) return found;
  const contract = found.value.id;
  const path = { params: { path: { contract } } };
  if (against !== undefined) return showDifference(session, contract, against);
  if (plain === true) {
    const answer = await session.client.call((api) => api.GET("/v1/contracts/{contract}/plain", path));
    return told(answer, (reply) => ({ json: reply, lines: reply.lines.flatMap((line) => [line, ""]).slice(0, -1) }));
  }
  if (jws === true) {
    const answer = await session.client.call((api) => api.GET("/v1/contracts/{contract}/jws", path));
    return told(answer, (reply) => ({ text: `${JSON.stringify(reply)}\n` }));
  }
  return jwks === true ? memberKeys(session, found.value) : ok(presented(found.value, await namesIn(session)));
}

async function showDifference(
  session: SessionCall["session"],
  contract: string,
  against: string | true,
): Promise<Outcome> {
  const earlier = against === true ? null : await findContract(session.client, against);
  if (earlier !== null && !earlier.ok) return earlier;
  const differs = await difference(session, contract, earlier?.value.id);
  return differs.ok ? ok({ json: differs.value, lines: differs.value.lines }) : differs;
}

async function memberKeys(session: SessionCall["session"], reply: ContractReply): Promise<Outcome> {
  const contract = documentOf(reply);
  if (!contract.ok) return contract;
  const keys: { [member: string]: unknown } = {};
  for (const { partner } of contract.value.members) {
    const answer = await session.client.call((api) =>
      api.GET("/v1/partners/{partner}/jwks.json", { params: { path: { partner } } }),
    );
    if (!answer.ok) return err(refusedByRoom(answer.error));
    keys[partner] = answer.value;
  }
  return ok({ text: `${JSON.stringify(keys)}\n` });
}

async function sign({ session, operands }: SessionCall): Promise<Outcome> {
  const found = await findContract(session.client, operands[0] ?? "");
  if (!found.ok) return found;
  const document = documentOf(found.value);
  if (!document.ok) return document;
  const { id } = found.value;
  const signature = contractSignature(session.key, { id, document: document.value });
  if (!signature.ok) {
    return err(failed("the room shows another text under this id: nothing was signed", "tell the other members"));
  }
  const signed = await session.client.call((api) =>
    api.POST("/v1/contracts/{contract}/signatures", { params: { path: { contract: id } }, body: signature.value }),
  );
  const names = await namesIn(session);
  // Scripts that need the contract in force must see that it is not.
  return told(signed, (reply) => {
    const isWaiting = reply.state.kind === "offered";
    return { ...presented(reply, names), exit: isWaiting ? EXIT.waiting : EXIT.done };
  });
}

async function change(
  { session, operands }: SessionCall,
  send: (id: string) => Promise<Parameters<typeof told<ContractReply>>[0]>,
): Promise<Outcome> {
  const found = await findContract(session.client, operands[0] ?? "");
  if (!found.ok) return found;
  const names = await namesIn(session);
  return told(await send(found.value.id), (reply) => presented(reply, names));
}

function presented(reply: ContractReply, names: Names): Exclude<Told, { readonly text: string }> {
  const { id, signatures, events, offeredBy, offeredAt } = reply;
  const lines = [
    `contract ${nameOf(reply)} (${id})`,
    ...aligned(
      [
        ["state", stateInWords(reply, names)],
        ["offered", `by ${names.of(offeredBy)} at ${offeredAt}`],
        ...signatures.map(({ partner, thumbprint, at }) => [
          "signed",
          `by ${names.of(partner)} at ${at}, key ${thumbprint}`,
        ]),
        ...events.map(({ kind, partner, at }) => [kind, `by ${names.of(partner)} at ${at}`]),
      ],
      2,
    ),
  ];
  return { json: reply, lines };
}

function stateInWords({ state }: ContractReply, names: Names): string {
  const words = state.kind.replaceAll("-", " ");
  if (state.missing !== undefined && state.missing.length > 0)
    return `${words}; not signed by ${state.missing.map(names.of).join(", ")}`;
  return state.by === undefined ? words : `${words} by ${state.by.map(names.of).join(", ")}`;
}

function nameOf({ document }: ContractReply): string {
  return String(document["name"]);
}
