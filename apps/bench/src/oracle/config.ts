/** The settings of `bench:oracle`, from its command line and from `config.json` alike. */
import path from "node:path";
import { parseArgs } from "node:util";
import { criterionNames } from "@secateur/criteria";
import { z } from "zod";
import { cifarModels } from "../cifar-models.ts";
import { engineNames, trainingImageCount } from "../config.ts";
import { firstProblem } from "../config-schema.ts";
import type { RunCommand, RunKind } from "../run-directory.ts";
import { trainedWeights } from "../trained.ts";
import { UsageError } from "../usage-error.ts";
import type { OracleConfig } from "./summary.ts";

const count = (least: number, most: number): z.ZodNumber =>
  z
    .int({ error: ({ input }) => `wants a whole number, not ${JSON.stringify(input)}` })
    .gte(least, { error: ({ input }) => `wants at least ${least}, not ${String(input)}` })
    .lte(most, { error: ({ input }) => `wants at most ${most}, not ${String(input)}` });

const oneOf = <T extends string>(names: readonly T[]): z.ZodType<T> =>
  z.enum(names, { error: ({ input }) => `knows no "${String(input)}". There are: ${names.join(", ")}` });

const schema: z.ZodType<OracleConfig> = z.strictObject({
  model: oneOf(cifarModels),
  weights: z.string(),
  criteria: z.array(oneOf(criterionNames)),
  criterion: z.array(z.string()),
  images: count(2, trainingImageCount),
  batchSize: count(1, trainingImageCount),
  mode: oneOf(["train", "eval"]),
  seed: count(0, 2 ** 31),
  engine: oneOf(engineNames),
  data: z.string().nullable(),
  subsetImages: count(0, trainingImageCount),
});

export const oracleRun: RunKind<OracleConfig> = { name: "oracle", schema };

const defaults = {
  model: "lenet3",
  criteria: criterionNames,
  criterion: [],
  images: 1280,
  batchSize: 128,
  mode: "eval",
  seed: 0,
  engine: "auto",
  data: null,
} as const;

/** LeNet3's first layer has 2^16 subsets; the others' are not measured unless asked for. */
const subsetImagesOf = (model: unknown): number => (model === "lenet3" ? 128 : 0);

export const oracleHelp: string = `Measure how much the loss changes when each unit of a trained CIFAR-10 network is removed, and how well
every criterion tells it beforehand.

Usage: npx pnpm@10.34.9 bench:oracle [flags]

  --model NAME        The network: ${cifarModels.join(", ")}. [default: lenet3]
  --weights FILE      Trained weights (safetensors or PyTorch). [default: those that come with the repository]
  --criteria A,B,…    Criteria to compare. [default: all]
  --criterion FILE    A criterion of your own (.ts or .js); may be given several times.
  --images N          Everything is measured on the first N training images. [default: 1280]
  --batch-size N      Images a minibatch; first-order scores depend on it. [default: 128]
  --mode MODE         Batch normalisation while scoring: eval (as when the loss is measured) or train. [default: eval]
  --seed N            For what is drawn at random. [default: 0]
  --subset-images N   Images for the loss of every subset of the first layer's units; 0 is none. [default: 128 for
                      lenet3, else 0]
  --engine NAME       ${engineNames.join(", ")}. [default: auto]
  --data DIR          A folder with CIFAR-10; otherwise the cache or a download.
  --out DIR           Where config.json, events.jsonl, oracle.json, oracle.md and report.html go. [default: a new
                      folder in runs/]
  --resume            Go on with the run in --out DIR.
  --help              Show this text.

Exit codes: 0 done, 1 the run failed, 2 the command line is wrong, 130 stopped by Ctrl-C.
`;

/** @returns null where help was asked for. @throws UsageError with one sentence. */
export function parseOracleArguments(args: readonly string[], cwd: string): RunCommand<OracleConfig> | null {
  const { out, resume = false, help, ...texts } = readFlags(args);
  if (help === true) return null;
  if (resume && out === undefined)
    throw new UsageError("--resume needs --out DIR, the directory of the run to go on with.");
  const absolute = (file: string): string => path.resolve(cwd, file);
  const split = (list: string): string[] => list.split(",").map((name) => name.trim());
  const given = withoutUndefined({
    model: texts.model,
    weights: texts.weights === undefined ? undefined : absolute(texts.weights),
    criteria: texts.criteria === undefined ? undefined : split(texts.criteria),
    criterion: texts.criterion?.map(absolute),
    images: numberOf(texts.images),
    batchSize: numberOf(texts["batch-size"]),
    mode: texts.mode,
    seed: numberOf(texts.seed),
    subsetImages: numberOf(texts["subset-images"]),
    engine: texts.engine,
    data: texts.data === undefined ? undefined : absolute(texts.data),
  }) as Partial<OracleConfig>;
  const config = check({
    ...defaults,
    subsetImages: subsetImagesOf(given.model ?? defaults.model),
    ...given,
  });
  return { given, config, out: out === undefined ? null : absolute(out), resume };
}

function check(config: Omit<OracleConfig, "weights"> & Partial<OracleConfig>): OracleConfig {
  const weights = config.weights ?? trainedWeights(config.model);
  const parsed = schema.safeParse({ ...config, weights: weights ?? "" });
  if (!parsed.success) {
    const { key, problem } = firstProblem(parsed.error);
    throw new UsageError(`--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${problem}.`);
  }
  if (weights === null) {
    throw new UsageError(
      `No trained ${config.model} comes with the repository: give --weights FILE, for instance the network-0.safetensors of a run of bench:cifar10.`,
    );
  }
  return parsed.data;
}

const text = { type: "string" } as const;
const options = {
  model: text,
  weights: text,
  criteria: text,
  criterion: { type: "string", multiple: true },
  images: text,
  "batch-size": text,
  mode: text,
  seed: text,
  "subset-images": text,
  engine: text,
  data: text,
  out: text,
  resume: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

function readFlags(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof options }>>["values"] {
  try {
    return parseArgs({ args: args.filter((arg) => arg !== "--"), options }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}. See --help.`);
  }
}

/** A text that is no number stays as it is, and is refused with what it was. */
const numberOf = (given: string | undefined): number | string | undefined =>
  given === undefined || given.trim() === "" || Number.isNaN(Number(given)) ? given : Number(given);

const withoutUndefined = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
