/**
 * What one run of `bench:cifar10` does. The schema checks the command line and `config.json` alike; where the run's
 * files lie (`--out`) and whether it goes on (`--resume`) are not part of it.
 */
import { z } from "zod";
import { trainedWeights } from "./trained.ts";
import { suggestion } from "./usage-error.ts";

export const budgetNames = ["units", "macs", "params"] as const;
export type BudgetName = (typeof budgetNames)[number];

export const engineNames = ["auto", "tensorflow", "tensorflow-gpu", "wasm", "webgpu", "cpu"] as const;
export type EngineChoice = (typeof engineNames)[number];

export interface BenchConfig {
  readonly model: string;
  /** Absolute path of a file with trained weights; without one the model is trained first. */
  readonly weights: string | null;
  /** Names of built-in criteria, in the order of the tables. */
  readonly criteria: readonly string[];
  /** Absolute paths of files that each export one more criterion. */
  readonly criterion: readonly string[];
  /** Shares to remove, 0..1 exclusive, ascending. */
  readonly ratios: readonly number[];
  readonly budget: BudgetName;
  /** Epochs of training before pruning. */
  readonly epochs: number;
  /** Epochs of fine-tuning after pruning, fractions allowed; 0 is none. */
  readonly finetune: number;
  /** Everything runs once for each of the seeds 0, 1, … seeds - 1. */
  readonly seeds: number;
  readonly engine: EngineChoice;
  /** Threads that train one network together, on the wasm engine. */
  readonly workers: number;
  /** Absolute path of a folder with CIFAR-10; null is the cache or a download. */
  readonly data: string | null;
  /** Training images used; the test set is cut to a fifth of it. Null is all. */
  readonly subset: number | null;
  readonly quick: boolean;
}

/** The names that models and criteria go by, taken from their packages. */
export interface KnownNames {
  readonly models: readonly string[];
  readonly criteria: readonly string[];
}

export const defaults: BenchConfig = {
  model: "lenet3",
  weights: null,
  criteria: ["random", "l1", "l2", "taylor-weight", "taylor-gate"],
  criterion: [],
  ratios: [0.3, 0.5, 0.7],
  budget: "units",
  epochs: 6,
  finetune: 0.5,
  seeds: 3,
  engine: "auto",
  workers: 1,
  data: null,
  subset: null,
  quick: false,
};

/** What `--quick` puts in the place of the defaults. */
export const quickDefaults: Partial<BenchConfig> = {
  ratios: [0.5, 0.7],
  epochs: 2,
  finetune: 0.25,
  seeds: 1,
};

export const trainingImageCount = 50_000;
/** With fewer, the test set of a fifth would not even hold one image a class. */
const smallestSubset = 50;

/** Images of the test set that a run uses. */
export function testImageCount(config: BenchConfig): number {
  return Math.round((config.subset ?? trainingImageCount) / 5);
}

/**
 * What was asked for, completed by the defaults; `--quick` and `--weights` have defaults of their own. A network that is
 * asked for by name and comes trained is taken as it comes, unless it is to be trained or loaded from elsewhere.
 */
export function completeConfig(given: Partial<BenchConfig>): BenchConfig {
  const isOpen = given.weights === undefined && given.epochs === undefined;
  const trained = isOpen && given.model !== undefined ? trainedWeights(given.model) : null;
  const weights = given.weights ?? trained;
  return {
    ...defaults,
    ...(given.quick ? quickDefaults : {}),
    ...(weights === null ? {} : { weights, epochs: 0 }),
    ...given,
  };
}

const oneOf = (what: string, names: readonly string[]): z.ZodType<string> =>
  z.string().refine((name) => names.includes(name), {
    error: ({ input }) => {
      const list = names.join(", ");
      return `knows no ${what} "${input}".${suggestion(String(input), names)} There are: ${list}`;
    },
  });

const number = (meaning: string): z.ZodNumber =>
  z.number({ error: ({ input }) => `wants a number (${meaning}), not ${shown(input)}` });
const amount = (meaning: string): z.ZodNumber =>
  number(meaning).gte(0, { error: ({ input }) => `wants 0 or more ${meaning}, not ${shown(input)}` });
const count = (meaning: string, least: number): z.ZodNumber =>
  number(meaning)
    .int({ error: ({ input }) => `wants a whole number of ${meaning}, not ${shown(input)}` })
    .gte(least, { error: ({ input }) => `wants at least ${least}, not ${shown(input)}` });

const ratio = number("the share to remove").refine((value) => value > 0 && value < 1, {
  error: ({ input }) => {
    const hint = Number(input) >= 5 && Number(input) < 100 ? ` Did you mean ${Number(input) / 100}?` : "";
    return `wants shares to remove, between 0 and 1, not ${shown(input)}.${hint}`;
  },
});

/** The schema of a whole configuration, given the names of the models and criteria there are. */
export function configSchema({ models, criteria }: KnownNames): z.ZodType<BenchConfig> {
  const path = z.string().min(1, { error: "wants a path" });
  const unique = { error: "has the same entry twice" };
  return z
    .strictObject({
      model: oneOf("model", models),
      weights: path.nullable(),
      criteria: z.array(oneOf("criterion", criteria)).refine(isUnique, unique),
      criterion: z.array(path).refine(isUnique, unique),
      ratios: z.array(ratio).min(1, { error: "wants at least one share" }).refine(isUnique, unique),
      budget: oneOf("budget", budgetNames).pipe(z.enum(budgetNames)),
      epochs: count("epochs", 0),
      finetune: amount("epochs"),
      seeds: count("seeds", 1),
      engine: oneOf("engine", engineNames).pipe(z.enum(engineNames)),
      workers: count("threads", 1),
      data: path.nullable(),
      subset: count("training images", smallestSubset)
        .lte(trainingImageCount, {
          error: `wants at most ${trainingImageCount} training images, CIFAR-10 has no more`,
        })
        .nullable(),
      quick: z.boolean(),
    })
    .refine(({ epochs, weights }) => epochs > 0 || weights !== null, {
      path: ["epochs"],
      error: "is 0, so nothing would be trained: give --weights FILE or at least one epoch",
    })
    .refine((config) => config.criteria.length + config.criterion.length > 0, {
      path: ["criteria"],
      error: "wants at least one criterion",
    });
}

/** The first thing wrong as half a sentence after the key's name: `ratios wants …`. */
export function firstProblem({ issues }: z.ZodError): { readonly key: string; readonly problem: string } {
  const [issue] = issues;
  if (issue?.code === "unrecognized_keys")
    return { key: issue.keys.join(", "), problem: "is no known setting" };
  return { key: String(issue?.path[0] ?? ""), problem: issue?.message ?? "is wrong" };
}

const isUnique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const shown = (input: unknown): string => (typeof input === "string" ? `"${input}"` : String(input));
