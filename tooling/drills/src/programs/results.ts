/** Reads results and compares them: everything but times, numbers up to a tolerance. */
import fs from "node:fs";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function readJson(file: string): Readonly<Record<string, Json>> {
  return JSON.parse(fs.readFileSync(file, "utf8"));
}

const isTime = (key: string): boolean => /(^s|S)econds|Ms($|[A-Z])|^(spread|median|duration)/.test(key);

/** The value without fields that hold measured times. */
export function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !isTime(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutTimes(inner)]));
}

/**
 * The first difference of two results as a sentence, or null.
 *
 * @param tolerance - Of numbers, relative to the larger one or to 1.
 */
export function firstDifference(
  actual: unknown,
  expected: unknown,
  tolerance: number,
  at = "result",
): string | null {
  if (typeof actual === "number" && typeof expected === "number") {
    const scale = Math.max(1, Math.abs(actual), Math.abs(expected));
    return Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance * scale
      ? null
      : `${at} is ${actual}, without interruption ${expected}`;
  }
  if (!isObject(actual) || !isObject(expected))
    return Object.is(actual, expected)
      ? null
      : `${at} is ${JSON.stringify(actual)}, without interruption ${JSON.stringify(expected)}`;
  for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
    const difference = firstDifference(actual[key], expected[key], tolerance, `${at}.${key}`);
    if (difference !== null) return difference;
  }
  return null;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
