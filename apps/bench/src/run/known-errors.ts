/** The packages' own errors: their message says what to do, so it is all that is shown. */
import { EngineUnavailableError } from "@secateur/backend";
import { CriterionError } from "@secateur/criteria";
import { DatasetError } from "@secateur/datasets";
import { DependencyGraphError } from "@secateur/dependency-graph";
import { MetricsError } from "@secateur/metrics";
import { ModelsError } from "@secateur/models";
import { OracleError } from "@secateur/oracle";
import { PrunerError } from "@secateur/pruner";
import { SurgeryError } from "@secateur/surgery";
import { TrainingError } from "@secateur/training";
import { PluginError } from "../inputs/criterion-file.ts";
import { ContenderError } from "../speed/contender.ts";
import type { KnownError } from "./failure.ts";
import { JobError } from "./worker-process.ts";

export const knownErrors: readonly KnownError[] = [
  ContenderError,
  CriterionError,
  DatasetError,
  DependencyGraphError,
  EngineUnavailableError,
  JobError,
  MetricsError,
  ModelsError,
  OracleError,
  PluginError,
  PrunerError,
  SurgeryError,
  TrainingError,
];

export function isKnown(error: unknown): boolean {
  return knownErrors.some((kind) => error instanceof kind);
}
