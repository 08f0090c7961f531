// What shows each place of the console. The table of `access.ts` has the same names, and the type checker holds both to
// each other.

import { signOut } from "../app/sign-in.ts";
import { ok } from "../domain/result.ts";
import { entranceOf, type PlaceName } from "./access.ts";
import { showAnswer, showAnswers } from "./pages/answers.tsx";
import { postDownload, postTakingBack, showAudience, showAudienceRequest } from "./pages/audience.tsx";
import { showAudiences } from "./pages/audiences.tsx";
import { showBudgets } from "./pages/budgets.tsx";
import { postAudience, showBuilder } from "./pages/build-audience.tsx";
import { showContractDifference } from "./pages/contract-difference.tsx";
import { showContract, showContracts } from "./pages/contracts.tsx";
import { postEvidence, showEvidence } from "./pages/evidence.tsx";
import { postQuestion, showExplore } from "./pages/explore.tsx";
import { showExposure } from "./pages/exposure.tsx";
import { showHealth } from "./pages/health.tsx";
import { showHome } from "./pages/home.tsx";
import { postDecision, showInbox } from "./pages/inbox.tsx";
import { showKeys } from "./pages/keys.tsx";
import { showLearned } from "./pages/learned.tsx";
import { showList, showLists } from "./pages/lists.tsx";
import { giveLogEvents, showEntry, showLog } from "./pages/log.tsx";
import { postDataset, showNewDataset } from "./pages/new-list.tsx";
import { postAcknowledgement, postNotices } from "./pages/notices.tsx";
import { postLink, postPerson, postRemoval, showPeople } from "./pages/people.tsx";
import { showPolicy } from "./pages/policy.tsx";
import { postOffer, postProposal, showProposal } from "./pages/propose.tsx";
import { showRetention } from "./pages/retention.tsx";
import { postAccess, postErasure, postObjection, postWithdrawal, showRights } from "./pages/rights.tsx";
import { postCode, postCodeEnd, postRoomPartner, showRoomPartners } from "./pages/room-partners.tsx";
import { giveEntries, giveLeaves, giveRoom, showVerify } from "./pages/verify.tsx";
import { postCommit, postDrop, postUpload, putPart, showUpload } from "./uploads.ts";
import type { Show } from "./visit.ts";

/** What is done at each place. */
export const SHOWS: { readonly [place in PlaceName]: Show } = {
  "GET /console": async ({ person }) => ok({ kind: "go", to: entranceOf(person.role) }),
  "GET /console/home": showHome,
  "GET /console/explore": showExplore,
  "POST /console/explore": postQuestion,
  "GET /console/answers": showAnswers,
  "GET /console/answers/:release": showAnswer,
  "GET /console/audiences": showAudiences,
  "GET /console/audiences/new": showBuilder,
  "POST /console/audiences/new": postAudience,
  "GET /console/audiences/:release": showAudience,
  "POST /console/audiences/:release/rows": postDownload,
  "GET /console/audiences/requests/:request": showAudienceRequest,
  "POST /console/audiences/requests/:request": postTakingBack,
  "GET /console/lists": showLists,
  "GET /console/lists/new": showNewDataset,
  "POST /console/lists/new": postDataset,
  "GET /console/lists/:dataset": showList,
  "POST /console/lists/:dataset/uploads": postUpload,
  "GET /console/uploads/:upload": showUpload,
  "PUT /console/uploads/:upload/parts/:part": putPart,
  "POST /console/uploads/:upload/commit": postCommit,
  "POST /console/uploads/:upload/drop": postDrop,
  "GET /console/contracts": showContracts,
  "GET /console/contracts/new": showProposal,
  "POST /console/contracts/new": postProposal,
  "POST /console/contracts/offers": postOffer,
  "GET /console/contracts/:contract": showContract,
  "GET /console/contracts/:contract/difference": showContractDifference,
  "GET /console/inbox": showInbox,
  "POST /console/inbox/:request": postDecision,
  "GET /console/learned": showLearned,
  "GET /console/log": showLog,
  "GET /console/log/events": giveLogEvents,
  "GET /console/log/verify": showVerify,
  "GET /console/log/verify/room": giveRoom,
  "GET /console/log/verify/entries": giveEntries,
  "GET /console/log/verify/leaves": giveLeaves,
  "GET /console/log/:index": showEntry,
  "GET /console/policy": showPolicy,
  "GET /console/policy/exposure": showExposure,
  "GET /console/budgets": showBudgets,
  "GET /console/evidence": showEvidence,
  "POST /console/evidence": postEvidence,
  "GET /console/rights": showRights,
  "POST /console/rights/access": postAccess,
  "POST /console/rights/erasure": postErasure,
  "POST /console/rights/objection": postObjection,
  "POST /console/rights/withdrawal": postWithdrawal,
  "POST /console/rights/notices": postNotices,
  "POST /console/rights/acknowledgement": postAcknowledgement,
  "GET /console/retention": showRetention,
  "GET /console/keys": showKeys,
  "GET /console/people": showPeople,
  "POST /console/people": postPerson,
  "POST /console/people/:person/link": postLink,
  "POST /console/people/:person/removal": postRemoval,
  "GET /console/room": showRoomPartners,
  "POST /console/room/partners": postRoomPartner,
  "POST /console/room/partners/:partner/code": postCode,
  "POST /console/room/partners/:partner/code-end": postCodeEnd,
  "GET /console/health": showHealth,
  "POST /console/sign-out": async ({ ports, caller, cookie }) => {
    await signOut(ports, { caller, cookie });
    return ok({ kind: "go", to: "/console", isSignedOut: true });
  },
};

/** Places that a page's script calls, which are answered and refused in JSON. */
export const FOR_SCRIPTS: readonly PlaceName[] = [
  "POST /console/lists/:dataset/uploads",
  "GET /console/uploads/:upload",
  "PUT /console/uploads/:upload/parts/:part",
  "POST /console/uploads/:upload/commit",
];

/** Places whose replies leave on the tick of the clock, since noise or data may have been worked on. */
export const TICKING: readonly PlaceName[] = [
  "POST /console/explore",
  "POST /console/audiences/new",
  "POST /console/inbox/:request",
  "POST /console/rights/access",
  "POST /console/rights/erasure",
  "POST /console/rights/objection",
  "POST /console/rights/withdrawal",
];
