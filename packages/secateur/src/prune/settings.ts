/** Settings of `secateur prune`: their types, defaults and checks. */
import { amount, count, filePath, number, oneOf, unique } from "@secateur/command-line";
import { type PreprocessingName, preprocessingNames } from "@secateur/datasets";
import { z } from "zod";
import { type EngineName, engineSchema } from "../engine.ts";
import { optionalPath } from "../shared-flags.ts";

export interface PruneSettings {
  readonly model: string;
  readonly images: string | null;
  readonly out: string | null;
  /** Shares to remove, 0..1; exactly one is not null. */
  readonly macs: number | null;
  readonly parameters: number | null;
  readonly units: number | null;
  readonly size: number | null;
  /** A built-in name, or the path of a module. */
  /** Null for the one that fits the network's output. */
  readonly criterion: string | null;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly roundTo: number;
  readonly rules: string | null;
  readonly preprocess: PreprocessingName | null;
  readonly scale: number | null;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly imageSize: number | null;
  readonly maxImages: number;
  /** "folders", or the path of a CSV file. */
  readonly labels: string | null;
  readonly compensate: boolean;
  readonly finetune: number;
  readonly seed: number;
  readonly engine: EngineName;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

export const defaults: Omit<PruneSettings, "model"> = {
  images: null,
  out: null,
  macs: null,
  parameters: null,
  units: null,
  size: null,
  criterion: null,
  include: [],
  exclude: [],
  roundTo: 1,
  rules: null,
  preprocess: null,
  scale: null,
  mean: [],
  std: [],
  imageSize: null,
  maxImages: 1000,
  labels: null,
  compensate: true,
  finetune: 0,
  seed: 0,
  engine: "auto",
  dryRun: false,
  force: false,
  json: false,
};

export const budgetNames = ["macs", "parameters", "units", "size"] as const;
export type BudgetName = (typeof budgetNames)[number];

const removedShare = z
  .number({ error: ({ input }) => `must be the share to remove, for instance 0.3, not "${String(input)}"` })
  .gt(0, { error: "must be above 0: the share to remove" })
  .lt(1, {
    error: ({ input }) =>
      `must be below 1, the share to remove, not ${String(input)}${Number(input) < 100 ? `. Did you mean ${Number(input) / 100}?` : ""}`,
  })
  .nullable();

const perChannel = z.array(number("one number, or one for each channel"));

export const schema: z.ZodType<PruneSettings> = z.strictObject({
  model: filePath,
  images: optionalPath,
  out: optionalPath,
  macs: removedShare,
  parameters: removedShare,
  units: removedShare,
  size: removedShare,
  criterion: z.string().min(1, { error: "must be a name or a file" }).nullable(),
  include: unique(z.string()),
  exclude: unique(z.string()),
  roundTo: count("units", 1),
  rules: optionalPath,
  preprocess: oneOf(preprocessingNames).nullable(),
  scale: number("the factor of every byte")
    .gt(0, { error: ({ input }) => `must be above 0, not ${String(input)}` })
    .nullable(),
  mean: perChannel,
  std: perChannel.refine((values) => values.every((value) => value > 0), { error: "must be above 0" }),
  imageSize: count("pixels", 1).nullable(),
  maxImages: count("images", 2),
  labels: z.string().min(1).nullable(),
  compensate: z.boolean(),
  finetune: amount("epochs"),
  seed: count("the seed", 0),
  engine: engineSchema,
  dryRun: z.boolean(),
  force: z.boolean(),
  json: z.boolean(),
});
