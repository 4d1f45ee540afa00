/** The settings of `bench:compensation`: defaults and validation. */

import { count, number, oneOf, shown, unique } from "@secateur/command-line";
import { type ModelName, modelNames } from "@secateur/models";
import { z } from "zod";
import { trainingImageCount } from "../inputs/cifar10.ts";
import { type InputSettings, inputSchemas, someCriterion } from "../inputs/input-settings.ts";
import { type NormalizationChoice, normalizationChoices } from "../inputs/normalization.ts";
import { trainedWeights } from "../inputs/weights.ts";
import { isMethod, methodNames, residual, swap, trials } from "./methods.ts";

export interface CompensationConfig extends InputSettings {
  /** Absolute path of a file with trained weights. */
  readonly weights: string;
  readonly normalization: NormalizationChoice;
  /** Shares of the multiply-adds to remove, between 0 and 1, ascending. */
  readonly macs: readonly number[];
  /** See `methods.ts`. */
  readonly methods: readonly string[];
  /** Training images that units are scored on and layers are refitted on. */
  readonly images: number;
  /** Numbers of images of the curve; empty is no curve. */
  readonly samples: readonly number[];
  /** Also refits on images of half of the classes. */
  readonly shifted: boolean;
  /** Also scores on the network's own predictions instead of labels. */
  readonly unlabelled: boolean;
  /** Each seed draws other images. */
  readonly seeds: readonly number[];
  /** Null is all. */
  readonly testImages: number | null;
  /** Networks whose refit and training step are timed. */
  readonly cost: readonly ModelName[];
  readonly quick: boolean;
}

const ratio = number("the share to remove").refine((value) => value > 0 && value < 1, {
  error: ({ input }) => `must be shares of the MACs to remove, between 0 and 1, not ${shown(input)}`,
});

const images = (least: number): z.ZodNumber =>
  count("training images", least).lte(trainingImageCount, {
    error: `must be at most ${trainingImageCount}, the training images of CIFAR-10`,
  });

const method = z.string().refine(isMethod, {
  error: ({ input }) =>
    `must be none, or one or several of ${methodNames.join(", ")}, ${swap}, ${trials}, ${residual} joined by +, not ${shown(input)}`,
});

const ascending = (each: z.ZodType<number>, atLeast = 0): z.ZodType<readonly number[]> =>
  unique(each)
    .min(atLeast, { error: "must name at least one value" })
    .transform((values) => values.toSorted((a, b) => a - b));

export const schema: z.ZodType<CompensationConfig> = z
  .strictObject({
    ...inputSchemas("cifar10"),
    weights: z.string(),
    normalization: oneOf(normalizationChoices),
    macs: ascending(ratio, 1),
    methods: unique(method).min(1, { error: "must name at least one method" }),
    images: images(1),
    samples: ascending(images(1)),
    shifted: z.boolean(),
    unlabelled: z.boolean(),
    seeds: ascending(count("seeds", 0), 1),
    testImages: count("test images", 1)
      .lte(trainingImageCount / 5, { error: `must be at most ${trainingImageCount / 5}` })
      .nullable(),
    cost: unique(oneOf(modelNames)),
    quick: z.boolean(),
  })
  .refine(...someCriterion)
  .superRefine(({ model, weights }, context) => {
    if (weights !== "") return;
    const message = `is missing, and this repository has no trained ${model}: give, for instance, network-0.safetensors of a run of bench:cifar10`;
    context.addIssue({ code: "custom", path: ["weights"], message });
  });

export const defaults: Omit<CompensationConfig, "weights" | "cost"> = {
  model: "resnet20",
  criteria: ["obd", "taylor-gate", "taylor-margin", "l2", "random"],
  criterion: [],
  normalization: "auto",
  macs: [0.3, 0.5],
  methods: [
    "none",
    "mean-into-bias",
    "output-scale",
    "batch-norm",
    "least-squares",
    "swap-units+least-squares",
    "trials+swap-units+least-squares",
  ],
  images: 1280,
  samples: [128, 256, 512, 1280, 5000],
  shifted: false,
  unlabelled: false,
  seeds: [0, 1, 2],
  testImages: null,
  engine: "auto",
  data: null,
  quick: false,
};

/** The defaults with `--quick`. */
export const quickDefaults: Partial<CompensationConfig> = {
  criteria: ["obd", "l2"],
  macs: [0.5],
  images: 512,
  samples: [128, 512],
  seeds: [0],
  testImages: 1000,
};

/** Adds the defaults. Without any weights `weights` is empty, which the schema refuses. */
export function completeConfig(given: Partial<CompensationConfig>): CompensationConfig {
  const { model = defaults.model } = given;
  return {
    ...defaults,
    weights: trainedWeights(model) ?? "",
    cost: [model],
    ...(given.quick ? quickDefaults : {}),
    ...given,
  };
}
