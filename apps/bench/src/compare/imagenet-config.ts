/** The settings of `bench:imagenet`: defaults and validation. */

import { count, filePath, oneOf } from "@secateur/command-line";
import { preprocessingNames } from "@secateur/datasets";
import { z } from "zod";
import type { BenchProgram } from "../cli/program.ts";
import { isOneSet } from "../inputs/image-halves.ts";
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

/** Without training images, nothing is fine-tuned unless the user asks for it. */
export function completeConfig(given: Partial<CompareConfig>): CompareConfig {
  const lacksTraining = typeof given.data === "string" && isOneSet(given.data);
  return {
    ...defaults,
    ...(given.iterative ? iterativeDefaults : {}),
    ...(given.network ? { model: null } : {}),
    ...(lacksTraining ? { finetune: 0 } : {}),
    ...given,
  };
}

export const needed: NonNullable<BenchProgram<CompareConfig>["needed"]> = [
  {
    setting: "data",
    advice: () =>
      "give the directory of ImageNet: class folders, the official archives, or WebDataset, TFRecord or Parquet shards; or a folder of some of its images",
  },
  {
    setting: "weights",
    advice: ({ model, network }) =>
      network === null
        ? `networks are not trained from scratch here, so give a file such as torchvision's ${torchvisionWeights(model)}`
        : null,
  },
];

export const schema: z.ZodType<CompareConfig> = configSchema("imagenet", {
  // The three are missing in the settings of old runs.
  network: filePath.nullable().default(null),
  preprocess: oneOf(preprocessingNames).nullable().default(null),
  weights: filePath.nullable(),
  epochs: z.literal(0),
  workers: z.literal(1),
  data: filePath.nullable(),
  classes: filePath.nullable().default(null),
  subset: count("training images", 1).nullable(),
  quick: z.literal(false),
})
  .refine(...onlyAlone("model", "names a network of the table"))
  .refine(
    ...onlyAlone("weights", "is for the networks of the table: the weights of a model.json are beside it"),
  )
  .refine(({ network, preprocess }) => network !== null || preprocess === null, {
    path: ["preprocess"],
    error: "applies to --network only: for the networks of the table it is known. Leave it out",
  });

type Check = [check: (config: CompareConfig) => boolean, issue: object];

/** A zod refinement for what `--network` replaces. */
function onlyAlone(key: "model" | "weights", reason: string): Check {
  const error = `${reason}; give it or --network, not both`;
  return [(config) => config.network === null || config[key] === null, { path: [key], error }];
}
