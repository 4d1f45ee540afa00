/** The settings of `bench:imagenet`: their defaults, and what they may be on the command line and in `config.json` alike. */
import { z } from "zod";
import type { Program } from "../cli/program.ts";
import { count, filePath } from "../cli/values.ts";
import { torchvisionWeights } from "../inputs/torchvision-weights.ts";
import { type BenchConfig, commonDefaults } from "./config.ts";
import { schemaOf } from "./config-schema.ts";

export const defaults: BenchConfig = {
  ...commonDefaults,
  model: "resnet50",
  ratios: [0.1, 0.2, 0.3],
  epochs: 0,
  finetune: 0.1,
  seeds: 1,
};

/** What `--iterative` puts there: criterion and pace are the paper's. */
export const iterativeDefaults: Partial<BenchConfig> = {
  criteria: ["taylor-gate"],
  ratios: [0.1, 0.2, 0.3, 0.4, 0.5],
  frequency: 30,
  "per-removal": 100,
};

/** What was asked for, completed by the defaults. */
export function completeConfig(given: Partial<BenchConfig>): BenchConfig {
  return { ...defaults, ...(given.iterative ? iterativeDefaults : {}), ...given };
}

export const needed: NonNullable<Program<BenchConfig>["needed"]> = [
  {
    setting: "data",
    advice: () => "give the folder of your ImageNet, with train/<wnid>/*.JPEG and val/<wnid>/*.JPEG in it",
  },
  {
    setting: "weights",
    advice: ({ model }) =>
      `nothing is trained from scratch here, so give a file such as torchvision's ${torchvisionWeights(model)}`,
  },
];

export const schema: z.ZodType<BenchConfig> = schemaOf("imagenet", {
  weights: filePath.nullable(),
  epochs: z.literal(0),
  workers: z.literal(1),
  data: filePath.nullable(),
  classes: filePath.nullable(),
  subset: count("training pictures", 1).nullable(),
  quick: z.literal(false),
});
