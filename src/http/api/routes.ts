// Every signed route of the API.

import type { Route } from "../route.ts";
import { APPROVAL_ROUTES } from "./approvals.ts";
import { AUDIT_ROUTES } from "./audit.ts";
import { CONTRACT_ROUTES } from "./contracts.ts";
import { DATASET_ROUTES } from "./datasets.ts";
import { EVIDENCE_ROUTES } from "./evidence.ts";
import { EXPOSURE_ROUTES } from "./exposure.ts";
import { PARTNER_ROUTES } from "./partners.ts";
import { PERSON_ROUTES } from "./people.ts";
import { POLICY_ROUTES } from "./policies.ts";
import { QUESTION_ROUTES } from "./questions.ts";
import { REQUESTER_ROUTES } from "./requesters.ts";
import { ROOM_ROUTES } from "./room.ts";
import { SIGN_IN_ROUTES } from "./sign-in-provider.ts";
import { SUBJECT_ROUTES } from "./subjects.ts";
import { TILE_ROUTES } from "./tiles.ts";
import { WITNESS_ROUTES } from "./witnesses.ts";

export const ROUTES: readonly Route[] = [
  ...PARTNER_ROUTES,
  ...PERSON_ROUTES,
  ...SIGN_IN_ROUTES,
  ...CONTRACT_ROUTES,
  ...POLICY_ROUTES,
  ...EXPOSURE_ROUTES,
  ...DATASET_ROUTES,
  ...QUESTION_ROUTES,
  ...APPROVAL_ROUTES,
  ...SUBJECT_ROUTES,
  ...REQUESTER_ROUTES,
  ...AUDIT_ROUTES,
  ...EVIDENCE_ROUTES,
  ...TILE_ROUTES,
  ...WITNESS_ROUTES,
  ...ROOM_ROUTES,
];
