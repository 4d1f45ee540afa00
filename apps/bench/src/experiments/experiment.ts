/**
 * One row of the paper's ImageNet table as an experiment: network, gates, schedule, training and the paper's result. The files
 * are in `apps/bench/experiments/imagenet`.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { namesOf, oneOf } from "@secateur/command-line";
import { type CriterionName, criterionNames } from "@secateur/criteria";
import type { ModelName } from "@secateur/models";
import { z } from "zod";
import { modelsFor } from "../inputs/data-set.ts";

/** Read off the paper's figure: ±0.02 GMACs, ±0.2 million parameters, ±0.05 % error. */
export interface Figures {
  /** 10⁹ multiply-adds per image. */
  readonly gmacs: number;
  readonly millionParameters: number;
  /** In per cent. */
  readonly top1Error: number;
}

/** What each setting is, for sentences. Schedule and training are those of the authors' ResNet-50. */
export const assumedSettings = {
  budget: "the number of units to remove",
  schedule: "the schedule of removals (ResNet-50's)",
  training: "the training (ResNet-50's)",
} as const;

type Assumed = keyof typeof assumedSettings;

export interface Experiment {
  readonly name: string;
  readonly title: string;
  readonly model: ModelName;
  /** torchvision's file. */
  readonly weights: string;
  readonly gates: {
    /** "taylor-skip-gate": the blocks of a residual stage share one gate, other gates follow batch normalisation. */
    readonly criterion: CriterionName;
    /** Layers whose units have no gate. */
    readonly exclude: readonly string[];
    /** The number of gates. */
    readonly units: number;
  };
  readonly pruning: {
    /** Units to remove, or the multiply-adds to reach, in proportion to the paper's unpruned network. */
    readonly budget: { readonly units: number } | { readonly gmacs: number };
    /** A multiple of `groupSize`. */
    readonly unitsPerRemoval: number;
    /** Units of one layer that are removed together. */
    readonly groupSize: number;
    /** Minibatches between two removals. */
    readonly frequency: number;
    /** Minibatches before the first removal. */
    readonly firstRemoval: number;
    /** Fraction of the old score that stays at each removal. */
    readonly scoreMomentum: number;
  };
  readonly training: {
    /** Images per step of the optimiser. */
    readonly batch: number;
    /** In total: pruning ends inside the first. */
    readonly epochs: number;
    readonly learningRate: number;
    /** The learning rate is multiplied by `decayFactor` every `decayEpochs` epochs. */
    readonly decayFactor: number;
    readonly decayEpochs: number;
    readonly momentum: number;
    readonly weightDecay: number;
    /** Height and width in pixels. */
    readonly imageSize: number;
  };
  /** Settings that the authors do not state, and that are chosen here. */
  readonly assumed: readonly Assumed[];
  /** The paper's results; null where none are confirmed. */
  readonly paper: { readonly unpruned: Figures | null; readonly pruned: Figures | null };
  /** What differs from the paper whatever the settings of a run. */
  readonly notes: readonly string[];
}

const share = z.number().gte(0).lte(1);
const whole = z.int().gte(1);
const positive = z.number().positive();

const figures: z.ZodType<Figures> = z.strictObject({
  gmacs: positive,
  millionParameters: positive,
  top1Error: z.number().gte(0).lte(100),
});

const schema: z.ZodType<Experiment> = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    model: oneOf(modelsFor("imagenet")),
    weights: z.string(),
    gates: z.strictObject({ criterion: oneOf(criterionNames), exclude: z.array(z.string()), units: whole }),
    pruning: z.strictObject({
      budget: z.union([z.strictObject({ units: whole }), z.strictObject({ gmacs: positive })]),
      unitsPerRemoval: whole,
      groupSize: whole,
      frequency: whole,
      firstRemoval: whole,
      scoreMomentum: share,
    }),
    training: z.strictObject({
      batch: whole,
      epochs: whole,
      learningRate: positive,
      decayFactor: share,
      decayEpochs: whole,
      momentum: share,
      weightDecay: z.number().gte(0),
      imageSize: whole,
    }),
    assumed: z.array(oneOf(namesOf(assumedSettings))),
    paper: z.strictObject({ unpruned: figures.nullable(), pruned: figures.nullable() }),
    notes: z.array(z.string()),
  })
  .refine(({ pruning }) => pruning.unitsPerRemoval % pruning.groupSize === 0, {
    path: ["pruning", "unitsPerRemoval"],
    error: "must be a multiple of groupSize",
  })
  .refine(({ pruning, paper }) => "units" in pruning.budget || paper.unpruned !== null, {
    path: ["pruning", "budget"],
    error: "in multiply-adds is a share of the paper's unpruned network, whose figures are missing",
  });

const directory = fileURLToPath(new URL("../../experiments/imagenet", import.meta.url));

/** By network, the largest first, those without the paper's figures last; then by units removed. */
export function experimentNames(): readonly string[] {
  return readExperiments().map(({ name }) => name);
}

/** All experiments, in the order of the paper's table. */
export function readExperiments(): readonly Experiment[] {
  const files = fs.readdirSync(directory).filter((file) => file.endsWith(".json"));
  const all = files.map((file) => readExperiment(path.basename(file, ".json")));
  const size = ({ paper }: Experiment): number => paper.unpruned?.gmacs ?? 0;
  return all.sort(
    (a, b) =>
      size(b) - size(a) || removedUnits(a) - removedUnits(b) || a.pruning.groupSize - b.pruning.groupSize,
  );
}

/** @throws Error for a file that is not a valid experiment. */
export function readExperiment(name: string): Experiment {
  const experiment = schema.parse(JSON.parse(fs.readFileSync(path.join(directory, `${name}.json`), "utf8")));
  if (experiment.name === name) return experiment;
  throw new Error(`${name}.json is the experiment "${experiment.name}": the names must be the same`);
}

/** Units to remove; 0 where the budget is in multiply-adds. */
export function removedUnits({ pruning: { budget } }: Experiment): number {
  return "units" in budget ? budget.units : 0;
}

/** The number of removals; null where the budget is in multiply-adds. */
export function removalCount(experiment: Experiment): number | null {
  const units = removedUnits(experiment);
  return units === 0 ? null : Math.ceil(units / experiment.pruning.unitsPerRemoval);
}

/** The minibatch after which the last unit is removed; null where the budget is in multiply-adds. */
export function lastRemoval(experiment: Experiment): number | null {
  const removals = removalCount(experiment);
  const { firstRemoval, frequency } = experiment.pruning;
  return removals === null ? null : firstRemoval + (removals - 1) * frequency;
}
