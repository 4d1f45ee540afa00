/** What one setting may be, each with its half sentence for where it is not: `--seeds` "wants at least 1, not 0". */
import { z } from "zod";
import { suggestion } from "./usage-error.ts";

export const oneOf = <T extends string>(what: string, names: readonly T[]): z.ZodType<T> =>
  z.enum(names, {
    error: ({ input }) => {
      const list = names.join(", ");
      return `knows no ${what} "${input}".${suggestion(String(input), names)} There are: ${list}`;
    },
  });

export const number = (meaning: string): z.ZodNumber =>
  z.number({ error: ({ input }) => `wants a number (${meaning}), not ${shown(input)}` });

export const amount = (meaning: string): z.ZodNumber =>
  number(meaning).gte(0, { error: ({ input }) => `wants 0 or more ${meaning}, not ${shown(input)}` });

export const count = (meaning: string, least: number): z.ZodNumber =>
  number(meaning)
    .int({ error: ({ input }) => `wants a whole number of ${meaning}, not ${shown(input)}` })
    .gte(least, { error: ({ input }) => `wants at least ${least}, not ${shown(input)}` });

const trainingImageCount = 50_000;

/** Of CIFAR-10. */
export const trainingImages = (least: number): z.ZodNumber =>
  count("training images", least).lte(trainingImageCount, {
    error: `wants at most ${trainingImageCount} training images, CIFAR-10 has no more`,
  });

export const filePath: z.ZodString = z.string().min(1, { error: "wants a path" });

/** None twice. */
export const unique = <T>(each: z.ZodType<T>): z.ZodArray<z.ZodType<T>> =>
  z.array(each).refine((values) => new Set(values).size === values.length, {
    error: "has the same entry twice",
  });

/** The first thing wrong as half a sentence after the key's name: `ratios wants …`. */
export function firstProblem({ issues }: z.ZodError): { readonly key: string; readonly problem: string } {
  const [issue] = issues;
  if (issue?.code === "unrecognized_keys")
    return { key: issue.keys.join(", "), problem: "is no known setting" };
  return { key: String(issue?.path[0] ?? ""), problem: issue?.message ?? "is wrong" };
}

export const shown = (input: unknown): string => (typeof input === "string" ? `"${input}"` : String(input));
