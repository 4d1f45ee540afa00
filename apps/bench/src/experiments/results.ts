/** The results of an experiment, beside the paper's, with what was done otherwise. */
import { type ExperimentConfig, experimentOf, microBatch } from "./config.ts";
import type { ExperimentEvent, Removal, StageTest, TuningPoint } from "./events.ts";
import { type Experiment, readExperiment } from "./experiment.ts";
import { lastOfEach } from "./logged.ts";
import type { MeasuredNetworks } from "./measure-networks.ts";

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
    deviations: deviationsOf(config),
    ...facts,
  };
}

/** What the run does otherwise than the paper. */
export function deviationsOf(config: ExperimentConfig): readonly string[] {
  const { training, pruning, notes } = readExperiment(config.experiment);
  const changed = (what: string, now: number, then: number): string[] =>
    now === then ? [] : [`${what}: ${now} instead of ${then}.`];
  const { subset, classes, accumulate, batch } = config;
  return [
    ...notes,
    ...changed("Images per step", batch, training.batch),
    ...changed("Minibatches between two removals", config.frequency, pruning.frequency),
    ...changed("Height and width of the images", config.imageSize, training.imageSize),
    ...changed("Epochs", config.epochs, training.epochs),
    ...(subset === null
      ? []
      : [`Only ${subset} training images, and as large a share of the validation images.`]),
    ...(classes === null ? [] : ["Only the classes in the data directory."]),
    ...(accumulate === 1
      ? []
      : [
          `Batch normalisation uses the statistics of ${microBatch(config)} images, a part of each step's ${batch}.`,
        ]),
    ...(config.repair ? ["The remaining weights were refitted before fine-tuning."] : []),
  ];
}
