/** Command-line arguments to validated settings: commander reads the flags, zod checks their values. */
import path from "node:path";
import { CommanderError } from "commander";
import { commandFor } from "./command.ts";
import { flagName } from "./command-line.ts";
import type { Flag, FlagKind, Program } from "./program.ts";
import { UsageError } from "./usage-error.ts";
import { firstProblem } from "./values.ts";

export interface RunCommand<Config> {
  /** Only the settings on the command line, validated. */
  readonly given: Partial<Config>;
  /** `given` and the defaults. */
  readonly config: Config;
  /** Absolute path of the run's directory; null is a new one. */
  readonly out: string | null;
  readonly resume: boolean;
}

/** @returns null for `--help`. @throws UsageError with one sentence. */
export function parseArguments<Config>(
  args: readonly string[],
  program: Program<Config>,
  cwd: string,
): RunCommand<Config> | null {
  const texts = readFlags(args, program);
  if (texts === null) return null;
  const values = [...texts].map(([key, own]) => [key, readValue(key, program.flags[key], own, cwd)] as const);
  const { out, resume = false, ...settings } = Object.fromEntries(values);
  if (resume === true && out === undefined)
    throw new UsageError("--resume needs --out DIR, the directory of the run to continue.");
  const config = checkConfig(settings as Partial<Config>, program);
  const given = Object.entries(config as object).filter(([key]) => key in settings);
  return {
    given: Object.fromEntries(given) as Partial<Config>,
    config,
    out: typeof out === "string" ? out : null,
    resume: resume === true,
  };
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
  const [stray] = command.args;
  if (stray !== undefined) throw new UsageError(`"${stray}" is not a flag: flags start with --. See --help.`);
  return texts;
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
  if (texts.length > 1 && kind !== "paths")
    throw new UsageError(`${name} is given ${texts.length} times; give it once.`);
  if (value !== undefined && texts.some((text) => text === "" || text.startsWith("--")))
    throw new UsageError(`${name} needs a value: ${name} ${value}. See --help.`);
  return texts[0] !== undefined && words.includes(texts[0]) ? texts[0] : readers[kind](texts, cwd);
}

function checkConfig<Config>(given: Partial<Config>, { complete, schema }: Program<Config>): Config {
  const parsed = schema.safeParse(complete(given));
  if (parsed.success) return parsed.data;
  const { key, problem } = firstProblem(parsed.error);
  throw new UsageError(`--${flagName(key)} ${problem}${/[.?]$/.test(problem) ? "" : "."}`);
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
