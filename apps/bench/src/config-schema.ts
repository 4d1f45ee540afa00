/** What a run's settings may be: the command line and `config.json` are checked alike. */
import { z } from "zod";
import { type BenchConfig, budgetNames, engineNames, type KnownNames, trainingImageCount } from "./config.ts";
import { suggestion } from "./usage-error.ts";

/** With fewer, the test set of a fifth would not even hold one image a class. */
const smallestSubset = 50;

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
      // Runs from before these settings lack them.
      iterative: z.boolean().default(false),
      frequency: count("minibatches", 1).nullable().default(null),
      "per-removal": count("units", 1).nullable().default(null),
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
    .refine(...onlyIterative("frequency"))
    .refine(...onlyIterative("per-removal"))
    .refine((config) => config.criteria.length + config.criterion.length > 0, {
      path: ["criteria"],
      error: "wants at least one criterion",
    });
}

type IterativeKey = "frequency" | "per-removal";

/** For a setting that says nothing about pruning at once. */
function onlyIterative(key: IterativeKey): [check: (config: BenchConfig) => boolean, params: object] {
  const error = "is about pruning step by step: give --iterative too, or leave it out";
  return [(config) => config.iterative || config[key] === null, { path: [key], error }];
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
