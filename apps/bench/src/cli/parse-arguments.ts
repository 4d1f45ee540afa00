/**
 * Arguments in, what was asked for out, by a program's table of flags. Node's parser reads them; what it would
 * let pass is refused here: unknown flags, stray words, a missing value, a flag given twice.
 */
import path from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import type { RunCommand } from "../run/run-directory.ts";
import { flagName } from "./flag-name.ts";
import type { Flag, FlagKind, Flags, Program } from "./program.ts";
import { suggestion, UsageError } from "./usage-error.ts";
import { firstProblem } from "./values.ts";

/** @returns null where help was asked for. @throws UsageError with one sentence. */
export function parseArguments<Config>(
  args: readonly string[],
  program: Program<Config>,
  cwd: string,
): RunCommand<Config> | null {
  const { help, out, resume = false, ...values } = readFlags(args, program.flags, cwd);
  if (help === true) return null;
  if (resume === true && out === undefined)
    throw new UsageError("--resume needs --out DIR, the directory of the run to go on with.");
  const config = checkConfig(values as Partial<Config>, program);
  const given = Object.fromEntries(Object.entries(config as object).filter(([key]) => key in values));
  return {
    given: given as Partial<Config>,
    config,
    out: typeof out === "string" ? out : null,
    resume: resume === true,
  };
}

function checkConfig<Config>(given: Partial<Config>, { complete, schema }: Program<Config>): Config {
  const parsed = schema.safeParse(complete(given));
  if (parsed.success) return parsed.data;
  const { key, problem } = firstProblem(parsed.error);
  throw new UsageError(`--${flagName(key)} ${problem}${/[.?]$/.test(problem) ? "" : "."}`);
}

/** The values of all flags that were given, by setting. */
function readFlags(args: readonly string[], flags: Flags, cwd: string): Readonly<Record<string, unknown>> {
  const words = args.filter((word) => word !== "--");
  const named = new Map(Object.entries(flags).map(([key, flag]) => [flagName(key), { ...flag, key }]));
  const options = Object.fromEntries([...named].map(([name, flag]) => [name, optionOf(name, flag)]));
  const { values, positionals } = parseArgs({ args: words, options, strict: false });
  const read = Object.entries(values).map(([name, given = []]) => {
    const flag = named.get(name);
    if (flag === undefined) throw unknownFlag(name, words, [...named.keys()]);
    return [flag.key, readers[flag.kind](checkTexts(name, flag, [given].flat()), cwd)];
  });
  if (positionals[0] !== undefined)
    throw new UsageError(`"${positionals[0]}" is not a flag: they begin with --. See --help.`);
  return Object.fromEntries(read);
}

function optionOf(name: string, { kind }: Flag): NonNullable<ParseArgsConfig["options"]>[string] {
  const type = kind === "switch" ? "boolean" : "string";
  return { type, multiple: true, ...(name === "help" ? { short: "h" } : {}) };
}

/** A flag's texts; a switch has none. @param given true for every time that it was given without one. */
function checkTexts(
  name: string,
  { kind, value }: Flag,
  given: readonly (string | boolean)[],
): readonly string[] {
  const texts = given.filter((each) => typeof each === "string");
  if (kind === "switch" && texts.length > 0)
    throw new UsageError(`--${name} takes no value: give it alone, or leave it out.`);
  if (given.length > 1 && kind !== "paths")
    throw new UsageError(`--${name} was given ${given.length} times; give it once.`);
  if (kind === "switch") return [];
  if (texts.length < given.length || texts.some((text) => text === "" || text.startsWith("--")))
    throw new UsageError(`--${name} needs a value: --${name} ${value}. See --help.`);
  return texts;
}

function unknownFlag(name: string, words: readonly string[], names: readonly string[]): UsageError {
  const isLong = words.some((word) => word.split("=")[0] === `--${name}`);
  const hint = suggestion(flagName(name), names).replace('"', '"--');
  return new UsageError(`There is no flag ${isLong ? "--" : "-"}${name}.${hint} See --help.`);
}

type Reader = (texts: readonly string[], cwd: string) => unknown;

const readNumber = (text: string): number | string =>
  text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
const split = (texts: readonly string[]): readonly string[] =>
  texts
    .flatMap((text) => text.split(","))
    .map((text) => text.trim())
    .filter((text) => text !== "");

const readers: Readonly<Record<FlagKind, Reader>> = {
  text: ([text]) => text,
  texts: split,
  number: ([text = ""]) => readNumber(text),
  numbers: (texts) => split(texts).map(readNumber),
  path: ([text = ""], cwd) => path.resolve(cwd, text),
  paths: (texts, cwd) => texts.map((text) => path.resolve(cwd, text)),
  switch: () => true,
};
