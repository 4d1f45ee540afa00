/**
 * Arguments in, what was asked for out. citty reads the flags; what it lets pass in silence is refused here: unknown
 * flags, stray words, a missing value, a flag given twice.
 */
import path from "node:path";
import { type ArgsDef, parseArgs } from "citty";
import { type BenchConfig, completeConfig, type KnownNames } from "../config.ts";
import { configSchema, firstProblem } from "../config-schema.ts";
import type { RunCommand } from "../run-directory.ts";
import { suggestion, UsageError } from "../usage-error.ts";
import { type FlagKind, type FlagName, flagNames, flags } from "./flags.ts";

export type BenchCommand = RunCommand<BenchConfig>;

/** @returns null where help was asked for. @throws UsageError with one sentence. */
export function parseArguments(args: readonly string[], known: KnownNames, cwd: string): BenchCommand | null {
  const words = args.filter((word) => word !== "--");
  const texts = readTexts(words);
  if (texts.has("help")) return null;
  const values = new Map([...texts].map(([name, each]) => [name, readers[flags[name].kind](each, cwd)]));
  const out = values.get("out");
  const resume = values.get("resume") === true;
  for (const name of ["out", "resume"] as const) values.delete(name);
  if (resume && out === undefined)
    throw new UsageError("--resume needs --out DIR, the directory of the run to go on with.");
  const config = checkConfig(Object.fromEntries(values), known);
  const given = Object.fromEntries(Object.entries(config).filter(([key]) => values.has(key as FlagName)));
  return { given, config, out: typeof out === "string" ? out : null, resume };
}

function checkConfig(given: Partial<BenchConfig>, known: KnownNames): BenchConfig {
  const complete = completeConfig(given);
  const parsed = configSchema(known).safeParse(complete);
  if (parsed.success) return { ...parsed.data, ratios: parsed.data.ratios.toSorted((a, b) => a - b) };
  const { key, problem } = firstProblem(parsed.error);
  throw new UsageError(`--${key} ${problem}${/[.?]$/.test(problem) ? "" : "."}`);
}

/** For every flag that was given, its texts; a switch has none. */
function readTexts(words: readonly string[]): ReadonlyMap<FlagName, readonly string[]> {
  const { rest, files } = takeRepeated(words, "criterion");
  const { _: strays, h: _alias, ...parsed } = parseArgs([...rest], definitions());
  const texts = new Map<FlagName, readonly string[]>(files.length > 0 ? [["criterion", files]] : []);
  for (const [key, value] of Object.entries(parsed)) {
    if (otherSpellings.has(key)) continue;
    const name = flagNames.find((each) => each === key);
    if (name === undefined) throw unknownFlag(key, words);
    if (typeof value === "string") texts.set(name, [checkValue(name, value, words)]);
    else if (value === true) texts.set(name, []);
  }
  if (strays[0] !== undefined) {
    throw new UsageError(`"${strays[0]}" is not a flag: they begin with --. See --help.`);
  }
  return texts;
}

/** citty gives a value under both names: `per-removal` and `perRemoval`. */
const otherSpellings: ReadonlySet<string> = new Set(
  flagNames
    .filter((name) => name.includes("-"))
    .map((name) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())),
);

function definitions(): ArgsDef {
  const entries = flagNames.map((name) => [
    name,
    { type: flags[name].kind === "switch" ? "boolean" : "string" },
  ]);
  return { ...Object.fromEntries(entries), help: { type: "boolean", alias: "h" } };
}

/** citty keeps the last of several; this takes them all out of the words first. */
function takeRepeated(
  words: readonly string[],
  name: FlagName,
): { rest: readonly string[]; files: readonly string[] } {
  const rest: string[] = [];
  const files: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === `--${name}`) files.push(checkValue(name, words[++i] ?? "", []));
    else if (word.startsWith(`--${name}=`)) files.push(checkValue(name, word.slice(name.length + 3), []));
    else rest.push(word);
  }
  return { rest, files };
}

function checkValue(name: FlagName, text: string, words: readonly string[]): string {
  if (text === "" || text.startsWith("--")) {
    throw new UsageError(`--${name} needs a value: --${name} ${flags[name].value ?? ""}. See --help.`);
  }
  const times = words.filter((word) => word === `--${name}` || word.startsWith(`--${name}=`)).length;
  if (times > 1) throw new UsageError(`--${name} was given ${times} times; give it once.`);
  return text;
}

function unknownFlag(key: string, words: readonly string[]): UsageError {
  const typed = words.find((word) => word.replace(/^-+(no-)?/, "").split("=")[0] === key) ?? `--${key}`;
  const hint = suggestion(key, flagNames).replace('"', '"--');
  return new UsageError(`There is no flag ${typed.split("=")[0]}.${hint} See --help.`);
}

type Reader = (texts: readonly string[], cwd: string) => unknown;

const readNumber = (text: string): number | string =>
  text.trim() === "" ? text : Number.isNaN(Number(text)) ? text : Number(text);
const split = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split(",")).map((text) => text.trim());

const readers: Readonly<Record<FlagKind, Reader>> = {
  text: ([text]) => text,
  texts: (texts) => split(texts).filter((text) => text !== ""),
  number: ([text = ""]) => readNumber(text),
  numbers: (texts) =>
    split(texts)
      .filter((text) => text !== "")
      .map(readNumber),
  path: ([text = ""], cwd) => path.resolve(cwd, text),
  paths: (texts, cwd) => texts.map((text) => path.resolve(cwd, text)),
  switch: () => true,
};
