/** The settings of `bench:imagenet --experiment`: what the command line changes of an experiment. */
import { count, filePath, oneOf } from "@secateur/command-line";
import { decodings } from "@secateur/datasets";
import type { ModelName } from "@secateur/models";
import { z } from "zod";
import type { BenchProgram } from "../cli/program.ts";
import type { ImageSettings } from "../inputs/batch-source.ts";
import { type InputSettings, inputSchemas } from "../inputs/input-settings.ts";
import { type Experiment, experimentNames, readExperiment } from "./experiment.ts";

export interface ExperimentConfig
  extends Omit<ImageSettings, "network" | "preprocess">,
    Pick<InputSettings, "engine"> {
  readonly experiment: string;
  /** The experiment's network. */
  readonly model: ModelName;
  /** Absolute path of trained weights. */
  readonly weights: string | null;
  /** Images per step of the optimiser. */
  readonly batch: number;
  /** Parts that a step's images are computed in. */
  readonly accumulate: number;
  /** Minibatches between two removals. */
  readonly frequency: number;
  /** Height and width of the images. */
  readonly imageSize: number;
  /** Epochs of training in total; 0 ends the run after the last removal. */
  readonly epochs: number;
  /** Refit the remaining weights between pruning and fine-tuning. */
  readonly repair: boolean;
  readonly seed: number;
}

/** @throws Error for an unknown name; the schema reports it first. */
export function completeConfig(given: Partial<ExperimentConfig>): ExperimentConfig {
  const name = experimentNames().find((each) => each === given.experiment) ?? null;
  const own = name === null ? {} : settingsOf(readExperiment(name));
  return {
    data: null,
    classes: null,
    subset: null,
    decode: "exact",
    weights: null,
    accumulate: 1,
    repair: false,
    seed: 0,
    engine: "auto",
    ...own,
    ...given,
  } as ExperimentConfig; // the schema checks that nothing is missing
}

/** The settings that an experiment fixes and the command line may change. */
function settingsOf({ name, model, training, pruning }: Experiment): Partial<ExperimentConfig> {
  const { batch, imageSize, epochs } = training;
  return { experiment: name, model, batch, imageSize, epochs, frequency: pruning.frequency };
}

const { model, data, engine } = inputSchemas("imagenet");

export const schema: z.ZodType<ExperimentConfig> = z
  .strictObject({
    experiment: oneOf(experimentNames()),
    model,
    data,
    classes: filePath.nullable(),
    subset: count("training images", 1).nullable(),
    decode: oneOf(decodings).default("exact"),
    weights: filePath.nullable(),
    batch: count("images", 1),
    accumulate: count("parts", 1),
    frequency: count("minibatches", 1),
    imageSize: count("pixels", 32),
    epochs: count("epochs", 0),
    repair: z.boolean(),
    seed: count("seeds", 0),
    engine,
  })
  .refine(({ batch, accumulate }) => accumulate <= batch, {
    path: ["accumulate"],
    error: "must not be more than the images of a step (--batch)",
  });

export const needed: NonNullable<BenchProgram<ExperimentConfig>["needed"]> = [
  {
    setting: "data",
    advice: () =>
      "give the directory of ImageNet: class folders, the official archives, or WebDataset, TFRecord or Parquet shards",
  },
  {
    setting: "weights",
    advice: ({ experiment }) =>
      `give torchvision's https://download.pytorch.org/models/${readExperiment(experiment).weights}, or other trained weights of the network`,
  },
];

/** Images that are in memory at once with their activations. */
export function microBatch({ batch, accumulate }: Pick<ExperimentConfig, "batch" | "accumulate">): number {
  return Math.ceil(batch / accumulate);
}

/** The experiment with the settings of the run. The first removal stays as far from the frequency as in the experiment. */
export function experimentOf(config: ExperimentConfig): Experiment {
  const experiment = readExperiment(config.experiment);
  const { training, pruning } = experiment;
  const { batch, imageSize, frequency } = config;
  const firstRemoval = frequency + pruning.firstRemoval - pruning.frequency;
  return {
    ...experiment,
    pruning: { ...pruning, frequency, firstRemoval },
    training: { ...training, batch, imageSize, epochs: config.epochs },
  };
}
