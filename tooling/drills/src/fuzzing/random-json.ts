/** Random JSON values, and JSON values with a part replaced. */
import type { Random } from "@secateur/base";
import { extremeInteger, pick } from "./mutate.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const names: readonly string[] = [
  "__proto__",
  "constructor",
  "toString",
  "",
  "\u001b[2J",
  "é".repeat(300),
  "shape",
];

function randomJson(random: Random, depth = 3): Json {
  const inner = (): Json => randomJson(random, depth - 1);
  const scalars: readonly (() => Json)[] = [
    () => null,
    () => random.below(2) === 0,
    () => random.normal(),
    () => Number(extremeInteger(random)),
    () => pick(names, random),
  ];
  const containers: readonly (() => Json)[] = [
    () => Array.from({ length: random.below(4) }, inner),
    () => Object.fromEntries(Array.from({ length: random.below(4) }, () => [pick(names, random), inner()])),
    () => deepList,
  ];
  return pick(depth <= 0 || random.below(2) === 0 ? scalars : containers, random)();
}

/** Stands for a list in a list in a list …, which `JSON.stringify` could not write. */
const deepList = "deep list";

export function jsonText(value: Json): string {
  const depth = 20_000;
  return JSON.stringify(value).replace(`"${deepList}"`, "[".repeat(depth) + "]".repeat(depth));
}

/** The value with one part, or all of it, replaced by a random one. */
export function mutateJson(value: Json, random: Random): Json {
  if (random.below(4) === 0 || typeof value !== "object" || value === null) return randomJson(random);
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1);
    return value.toSpliced(at, 1, mutateJson((value as readonly Json[])[at] ?? null, random));
  }
  const entries = Object.entries(value);
  const at = random.below(entries.length + 1);
  const [key, inner] = entries[at] ?? [pick(names, random), null];
  return Object.fromEntries(
    entries.toSpliced(at, 1, [random.below(5) === 0 ? pick(names, random) : key, mutateJson(inner, random)]),
  );
}
