/** The results of an experiment, beside the paper's, with what was done otherwise. */
import { type ExperimentConfig, experimentOf, microBatch } from "./config.ts";
import type { ExperimentEvent, Removal, StageTest, TuningPoint } from "./events.ts";
import { assumedSettings, type Experiment, readExperiment } from "./experiment.ts";
import { lastOfEach } from "./logged.ts";
import type { MeasuredNetworks } from "./measure-networks.ts";

export interface ImageCounts {
  readonly training: number;
  readonly validation: number;
  /** Sentences about images that could not be decoded. */
  readonly skipped?: readonly string[];
}

/** ILSVRC 2012. */
export const imagenetCounts: ImageCounts = { training: 1_281_167, validation: 50_000 };

export interface RunFacts {
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string | null;
  readonly startedAt: string;
  /** The working time of all processes of the run. */
  readonly durationMs: number;
}

export interface ExperimentSummary extends RunFacts {
  readonly formatVersion: 1;
  readonly config: ExperimentConfig;
  /** With the run's settings. */
  readonly experiment: Experiment;
  readonly tests: readonly StageTest[];
  readonly removals: readonly Removal[];
  readonly fineTuning: readonly TuningPoint[];
  readonly networks: MeasuredNetworks;
  /** Sentences. */
  readonly deviations: readonly string[];
}

export function summarise(
  config: ExperimentConfig,
  events: readonly ExperimentEvent[],
  networks: MeasuredNetworks,
  images: ImageCounts,
  facts: RunFacts,
): ExperimentSummary {
  return {
    formatVersion: 1,
    config,
    experiment: experimentOf(config),
    tests: lastOfEach(events, "tested", ({ test }) => test.stage).map(({ test }) => test),
    removals: lastOfEach(events, "removal", ({ removal }) => removal.step).map(({ removal }) => removal),
    fineTuning: lastOfEach(events, "fine-tuning", ({ point }) => point.epoch).map(({ point }) => point),
    networks,
    deviations: deviationsOf(config, images),
    ...facts,
  };
}

/** What the run does otherwise than the paper. */
export function deviationsOf(config: ExperimentConfig, images: ImageCounts): readonly string[] {
  const { training, pruning, assumed, notes } = readExperiment(config.experiment);
  const changed = (what: string, now: number, then: number): string[] =>
    now === then ? [] : [`${what}: ${now} instead of ${then}.`];
  const { accumulate, batch } = config;
  return [
    ...notes,
    ...(assumed.length === 0
      ? []
      : [
          `Chosen here, because the authors do not state it: ${assumed.map((each) => assumedSettings[each]).join(", ")}.`,
        ]),
    ...changed("Training images", images.training, imagenetCounts.training),
    ...changed("Validation images", images.validation, imagenetCounts.validation),
    ...(images.skipped ?? []),
    ...changed("Images per step", batch, training.batch),
    ...changed("Minibatches between two removals", config.frequency, pruning.frequency),
    ...changed("Height and width of the images", config.imageSize, training.imageSize),
    ...changed("Epochs", config.epochs, training.epochs),
    ...(config.decode === "fast"
      ? ["Images were decoded fast, a few of 255 levels apart from torchvision's."]
      : []),
    ...(accumulate === 1
      ? []
      : [
          `Batch normalisation uses the statistics of ${microBatch(config)} images, a part of each step's ${batch}.`,
        ]),
    ...(config.repair ? ["The remaining weights were refitted before fine-tuning."] : []),
  ];
}
