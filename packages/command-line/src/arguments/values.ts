/** Validators of settings. Each message continues the flag's name: `--seeds` "must be at least 1, not 0". */
import { z } from "zod";
import { suggestion } from "./usage-error.ts";

/** The keys of a literal table, in its order. */
export function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(table) as Name[];
}

/** One of several names. A name that is not known gets a suggestion. */
export function oneOf<const T extends string>(names: readonly T[]): z.ZodType<T> {
  return z.enum(names, {
    error: ({ input }) =>
      `must be one of ${names.join(", ")}, not ${shown(input)}.${suggestion(String(input), names)}`,
  });
}

/** @param meaning - What the number is, for the message. */
export function number(meaning: string): z.ZodNumber {
  return z.number({ error: ({ input }) => `must be a number (${meaning}), not ${shown(input)}` });
}

/** A number, 0 or more. @param unit - For instance "epochs". */
export function amount(unit: string): z.ZodNumber {
  return number(unit).gte(0, { error: ({ input }) => `must be 0 or more ${unit}, not ${shown(input)}` });
}

/** A whole number. @param unit - For instance "seeds". */
export function count(unit: string, least: number): z.ZodNumber {
  return number(unit)
    .int({ error: ({ input }) => `must be a whole number of ${unit}, not ${shown(input)}` })
    .gte(least, { error: ({ input }) => `must be at least ${least}, not ${shown(input)}` });
}

export const filePath: z.ZodString = z.string().min(1, { error: "must be a path" });

/** A list without duplicates. */
export function unique<T>(each: z.ZodType<T>): z.ZodArray<z.ZodType<T>> {
  return z.array(each).refine((values) => new Set(values).size === values.length, {
    error: "contains the same value twice",
  });
}

/** The first problem of a validation: the setting, and a half sentence that follows its name. */
export function firstProblem({ issues }: z.ZodError): { readonly key: string; readonly problem: string } {
  const [issue] = issues;
  if (issue?.code === "unrecognized_keys") return { key: issue.keys.join(", "), problem: "is not a setting" };
  return { key: String(issue?.path[0] ?? ""), problem: issue?.message ?? "is invalid" };
}

/** A value for a message: text in quotes. */
export function shown(input: unknown): string {
  return typeof input === "string" ? `"${input}"` : String(input);
}
