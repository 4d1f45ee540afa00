/** The text of `--help`. */
import { asFlags, commandOf } from "./command-line.ts";
import { flagName } from "./flag-name.ts";
import type { Flag, Program } from "./program.ts";

const width = 100;
const column = 22;

/** Grouped flags with their defaults, then examples; at most 100 columns wide. */
export function helpText<Config>(program: Program<Config>): string {
  const { name, purpose, examples } = program;
  const flags = Object.entries<Flag>(program.flags);
  const groups = [...new Set(flags.map(([, { group }]) => group))];
  return [
    ...wrap(purpose, width),
    "",
    `Usage: ${commandOf(name)} [flags]`,
    ...groups.flatMap((group) => [
      "",
      group,
      ...flags
        .filter(([, flag]) => flag.group === group)
        .flatMap(([key, flag]) => flagLines(key, flag, program)),
    ]),
    "",
    "Examples",
    ...examples.flatMap(([what, words]) => [`  ${what}`, `    ${`${commandOf(name)} ${words}`.trimEnd()}`]),
    "",
    "Exit codes: 0 done, 1 the run failed, 2 the command line is wrong, 130 stopped by Ctrl-C.",
    "",
  ].join("\n");
}

function flagLines<Config>(key: string, flag: Flag, program: Program<Config>): readonly string[] {
  const { value, help, implies } = flag;
  const head = `  --${flagName(key)}${value === undefined ? "" : ` ${value}`}${key === "help" ? ", -h" : ""}`;
  const implied =
    implies === undefined ? "" : ` Implies ${asFlags(implies, program.flags).join(" ")}, unless given.`;
  const [first = "", ...rest] = wrap(help + implied + defaultOf(key, flag, program), width - column);
  const lines = rest.map((line) => " ".repeat(column) + line);
  return head.length < column
    ? [head.padEnd(column) + first, ...lines]
    : [head, " ".repeat(column) + first, ...lines];
}

function defaultOf<Config>(key: string, { kind }: Flag, { defaults }: Program<Config>): string {
  const value: unknown = defaults[key as keyof Config] ?? null;
  if (kind === "switch" || value === null || (Array.isArray(value) && value.length === 0)) return "";
  return ` [default: ${String(value)}]`;
}

function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
