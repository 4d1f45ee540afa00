/** The packages' own errors: their message says what to do, so it is all that is shown. */
import { CriterionError, NonFiniteScoreError } from "@secateur/criteria";
import { DependencyGraphError } from "@secateur/dependency-graph";
import { ModelsError } from "@secateur/models";
import { SurgeryError } from "@secateur/surgery";
import type { KnownError } from "./exit.ts";

export const knownErrors: readonly KnownError[] = [
  CriterionError,
  DependencyGraphError,
  ModelsError,
  NonFiniteScoreError,
  SurgeryError,
];
