/** The settings of `bench:imagenet`: defaults and validation. */

import { count, filePath } from "@secateur/command-line";
import { z } from "zod";
import type { BenchProgram } from "../cli/program.ts";
import { torchvisionWeights } from "../inputs/weights.ts";
import { type CompareConfig, commonDefaults } from "./config.ts";
import { configSchema } from "./config-schema.ts";

export const defaults: CompareConfig = {
  ...commonDefaults,
  model: "resnet50",
  ratios: [0.1, 0.2, 0.3],
  epochs: 0,
  finetune: 0.1,
  seeds: 1,
};

/** The defaults with `--iterative`: criterion and pace of the paper. */
export const iterativeDefaults: Partial<CompareConfig> = {
  criteria: ["taylor-gate"],
  ratios: [0.1, 0.2, 0.3, 0.4, 0.5],
  frequency: 30,
  "per-removal": 100,
  compensate: false,
};

export function completeConfig(given: Partial<CompareConfig>): CompareConfig {
  return { ...defaults, ...(given.iterative ? iterativeDefaults : {}), ...given };
}

export const needed: NonNullable<BenchProgram<CompareConfig>["needed"]> = [
  {
    setting: "data",
    advice: () =>
      "give the directory of ImageNet: class folders, the official archives, or WebDataset, TFRecord or Parquet shards",
  },
  {
    setting: "weights",
    advice: ({ model }) =>
      `networks are not trained from scratch here, so give a file such as torchvision's ${torchvisionWeights(model)}`,
  },
];

export const schema: z.ZodType<CompareConfig> = configSchema("imagenet", {
  weights: filePath.nullable(),
  epochs: z.literal(0),
  workers: z.literal(1),
  data: filePath.nullable(),
  classes: filePath.nullable(),
  subset: count("training images", 1).nullable(),
  quick: z.literal(false),
});
