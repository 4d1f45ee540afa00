/** What every program that compares criteria lets one choose: settings, what they may be, flags. */
import { criterionNames } from "@secateur/criteria";
import type { z } from "zod";
import type { Flag } from "../cli/program.ts";
import { filePath, oneOf, unique } from "../cli/values.ts";
import { type DataSet, modelsFor } from "./data-set.ts";

const engineNames = ["auto", "tensorflow", "tensorflow-gpu", "wasm", "webgpu", "cpu"] as const;

export interface Comparison {
  readonly model: string;
  /** Names of built-in criteria, in the order of the tables. */
  readonly criteria: readonly string[];
  /** Absolute paths of files that each export one more criterion. */
  readonly criterion: readonly string[];
  readonly engine: (typeof engineNames)[number];
  /** Absolute path of a folder with the data set; null is the cache or a download, for CIFAR-10. */
  readonly data: string | null;
}

type ComparisonSettings = { readonly [Key in keyof Comparison]: z.ZodType<Comparison[Key]> };

export const comparisonSettings = (dataSet: DataSet): ComparisonSettings => ({
  model: oneOf("model", modelsFor(dataSet)),
  criteria: unique(oneOf("criterion", criterionNames)),
  criterion: unique(filePath),
  engine: oneOf("engine", engineNames),
  data: filePath.nullable(),
});

/** A refinement that refuses to compare nothing. */
export const someCriterion: [check: (config: Comparison) => boolean, params: object] = [
  ({ criteria, criterion }) => criteria.length + criterion.length > 0,
  { path: ["criteria"], error: "wants at least one criterion" },
];

export const comparisonFlags = (dataSet: DataSet): Readonly<Record<keyof Comparison, Flag>> => ({
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
    help: "A criterion of your own (.ts or .js) that is compared with the others; may be given several times.",
  },
  engine: {
    kind: "text",
    group: "Run",
    value: "NAME",
    help: "What computes: auto (the fastest that works here), tensorflow, tensorflow-gpu, wasm, webgpu or cpu.",
  },
  data: {
    kind: "path",
    group: "Run",
    value: "DIR",
    help: "A folder with CIFAR-10 (binary or python version); otherwise the cache or a download.",
  },
});
