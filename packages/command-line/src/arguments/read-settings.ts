/** Command-line arguments to validated settings: commander reads the flags, zod checks their values. */
import path from "node:path";
import { CommanderError } from "commander";
import { commandFor, operandsOf } from "./command.ts";
import { flagName } from "./command-line.ts";
import type { Flag, FlagKind, Program } from "./program.ts";
import { UsageError } from "./usage-error.ts";
import { firstProblem } from "./values.ts";

/**
 * The settings on the command line by name, not yet validated.
 *
 * @param cwd - The folder that relative paths start from.
 * @returns null for `--help`.
 * @throws UsageError with one sentence.
 */
export function readSettings<Config>(
  args: readonly string[],
  program: Program<Config>,
  cwd: string,
): Readonly<Record<string, unknown>> | null {
  const texts = readFlags(args, program);
  if (texts === null) return null;
  return Object.fromEntries(
    [...texts].map(([key, own]) => [key, readValue(key, program.flags[key], own, cwd)] as const),
  );
}

/** Adds the defaults and validates. @throws UsageError with one sentence. */
export function checkSettings<Config>(given: Partial<Config>, { complete, schema }: Program<Config>): Config {
  const parsed = schema.safeParse(complete(given));
  if (parsed.success) return parsed.data;
  const { key, problem } = firstProblem(parsed.error);
  throw new UsageError(`--${flagName(key)} ${problem}${/[.?]$/.test(problem) ? "" : "."}`);
}

/** The texts of every flag on the command line, by setting; null where help was requested. */
function readFlags<Config>(
  args: readonly string[],
  program: Program<Config>,
): ReadonlyMap<string, readonly string[]> | null {
  const texts = new Map<string, readonly string[]>();
  const command = commandFor(program, (key, text = "") => {
    texts.set(key, [...(texts.get(key) ?? []), text]);
  });
  try {
    // pnpm passes its own "--" on.
    command.parse(
      args.filter((word) => word !== "--"),
      { from: "user" },
    );
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return null;
    throw new UsageError(asSentence(error.message), { cause: error });
  }
  return new Map([...operandTexts(command.args, program), ...texts]);
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

/** The words without dashes. @throws UsageError where there are too few or too many. */
function operandTexts<Config>(
  words: readonly string[],
  program: Program<Config>,
): readonly (readonly [string, readonly string[]])[] {
  const operands = operandsOf(program);
  const missing = operands[words.length];
  if (missing !== undefined)
    throw new UsageError(`${missing[1].value} is missing: ${lowerFirst(missing[1].help)} See --help.`);
  const stray = words[operands.length];
  if (stray !== undefined) throw new UsageError(`"${stray}" is not a flag: flags start with --. See --help.`);
  return operands.map(([key], i) => [key, [words[i] ?? ""]] as const);
}

/** commander's `error: unknown option '--ratio'\n(Did you mean --ratios?)` as one line. */
function asSentence(message: string): string {
  const text = message.replace(/^error: /, "").replace(/\n\((.*)\)$/, ". $1");
  const ended = /[.?]$/.test(text) ? text : `${text}.`;
  return `${ended.charAt(0).toUpperCase()}${ended.slice(1)} See --help.`;
}

function readValue(key: string, flag: Flag | undefined, texts: readonly string[], cwd: string): unknown {
  const { kind = "text", value, words = [] } = flag ?? {};
  const name = `--${flagName(key, kind)}`;
  if (texts.length > 1 && kind !== "paths" && kind !== "texts")
    throw new UsageError(`${name} is given ${texts.length} times; give it once.`);
  if (value !== undefined && texts.some((text) => text === "" || text.startsWith("--")))
    throw new UsageError(`${name} needs a value: ${name} ${value}. See --help.`);
  return texts[0] !== undefined && words.includes(texts[0]) ? texts[0] : readers[kind](texts, cwd);
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
  "off-switch": () => false,
};
