/** The settings that `bench:cifar10`, `bench:imagenet` and `bench:oracle` share: network, criteria, engine and data. */

import { type Flag, filePath, oneOf, unique } from "@secateur/command-line";
import { criterionNames } from "@secateur/criteria";
import type { ModelName } from "@secateur/models";
import { type NativeEngineName, nativeEngineNames } from "@secateur/native-engine";
import type { z } from "zod";
import { type DataSet, modelsFor, synthetic } from "./data-set.ts";
import type { CriterionSettings } from "./load-criteria.ts";

const engineNames = ["auto", ...nativeEngineNames] as const;

export interface InputSettings extends CriterionSettings {
  readonly model: ModelName;
  /** Absolute path of the data set, or "synthetic"; null is the cache or a download. */
  readonly data: string | null;
  readonly engine: NativeEngineName | "auto";
}

export function inputSchemas(dataSet: DataSet): {
  readonly [Key in keyof InputSettings]: z.ZodType<InputSettings[Key]>;
} {
  return {
    model: oneOf(modelsFor(dataSet)),
    criteria: unique(oneOf(criterionNames)),
    criterion: unique(filePath),
    engine: oneOf(engineNames),
    data: filePath.nullable(),
  };
}

/** A zod refinement: there is at least one criterion. */
export const someCriterion: [check: (config: CriterionSettings) => boolean, issue: object] = [
  ({ criteria, criterion }) => criteria.length + criterion.length > 0,
  { path: ["criteria"], error: "must name at least one criterion" },
];

export function inputFlags(dataSet: DataSet): Readonly<Record<keyof InputSettings, Flag>> {
  return {
    model: {
      kind: "text",
      group: "Network",
      value: "NAME",
      help: `The network: ${modelsFor(dataSet).join(", ")}.`,
    },
    criteria: {
      kind: "texts",
      group: "Criteria",
      value: "A,B,…",
      help: `Criteria to compare, separated by commas: ${criterionNames.join(", ")}.`,
    },
    criterion: {
      kind: "paths",
      group: "Criteria",
      value: "FILE",
      help: "A criterion of your own (.ts or .js), compared with the others; may be given several times.",
    },
    engine: {
      kind: "text",
      group: "Run",
      value: "NAME",
      help: `The engine: ${engineNames.join(", ")}; auto is the fastest available.`,
    },
    data: {
      kind: "path",
      group: "Run",
      value: "DIR",
      help: `Directory with CIFAR-10 (binary or Python version), or the word "${synthetic}" for generated images; otherwise the cache or a download.`,
      words: [synthetic],
    },
  };
}
