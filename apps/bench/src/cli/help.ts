/** The text of `--help`, and the command line that repeats a run. */
import {
  type BenchConfig,
  completeConfig,
  defaults,
  iterativeDefaults,
  type KnownNames,
  quickDefaults,
} from "../config.ts";
import { trainedWeights } from "../trained.ts";
import { type Flag, type FlagName, flagNames, flags } from "./flags.ts";

const command = "npx pnpm@10.34.9 bench:cifar10";
const width = 100;
const column = 22;

/** Grouped flags with their defaults, then examples; at most 100 columns wide. */
export function helpText(known: KnownNames): string {
  const groups = [...new Set(flagNames.map((name) => flags[name].group))];
  return [
    "Train a network on CIFAR-10, prune it with several criteria side by side, and compare them.",
    "",
    `Usage: ${command} [flags]`,
    ...groups.flatMap((group) => [
      "",
      group,
      ...flagNames.filter((name) => flags[name].group === group).flatMap((name) => flagLines(name, known)),
    ]),
    "",
    "Examples",
    ...examples.flatMap(([what, line]) => [`  ${what}`, `    ${command}${line}`]),
    "",
    "A run that was stopped, however hard, goes on with --resume. Exit codes: 0 done, 1 the run failed,",
    "2 the command line is wrong, 130 stopped by Ctrl-C.",
    "",
  ].join("\n");
}

const examples = [
  ["Train LeNet3 and compare the five default criteria (about ten minutes on two cores):", ""],
  ["A first look:", " --quick"],
  [
    "Prune a trained ResNet-20 to half and less of its multiply-adds, on part of the data:",
    " --model resnet20 --weights resnet20.th --budget macs --ratios 0.5,0.7 --subset 5000",
  ],
  [
    "The paper's loop: prune while training, and see accuracy and loss over what is gone:",
    " --model resnet20 --iterative --criteria random,taylor-gate",
  ],
  [
    "Your own criterion beside random and Taylor:",
    " --criteria random,taylor-gate --criterion ./my-criterion.ts",
  ],
  ["Keep the files in a folder of yours, and go on after an interruption:", " --out runs/first --resume"],
] as const;

function flagLines(name: FlagName, known: KnownNames): readonly string[] {
  const flag: Flag = flags[name];
  const head = `  --${name}${flag.value === undefined ? "" : ` ${flag.value}`}${name === "help" ? ", -h" : ""}`;
  const text = flag.help
    .replace("{models}", known.models.join(", "))
    .replace("{criteria}", known.criteria.join(", "))
    .replace("{quick}", toFlags(quickDefaults).join(" "))
    .replace("{iterative}", toFlags(iterativeDefaults).join(" "));
  const [first = "", ...rest] = wrap(text + defaultOf(name), width - column);
  const lines = rest.map((line) => " ".repeat(column) + line);
  return head.length < column
    ? [head.padEnd(column) + first, ...lines]
    : [head, " ".repeat(column) + first, ...lines];
}

function defaultOf(name: FlagName): string {
  if (!isSetting(name) || flags[name].kind === "switch") return "";
  const value = defaults[name];
  if (value === null || (Array.isArray(value) && value.length === 0)) return "";
  return ` [default: ${String(value)}]`;
}

/** The command that repeats a run from the beginning: only what differs from the defaults. */
export function commandLine(config: BenchConfig): string {
  const { quick, iterative, model, weights } = config;
  const comesTrained = weights !== null && weights === trainedWeights(model);
  const base = completeConfig({ quick, iterative, ...(comesTrained ? { model } : { weights }) });
  const switches = { quick: false, iterative: false };
  const asked = { ...base, ...switches, model: defaults.model, ...(comesTrained ? {} : { weights: null }) };
  const changed = Object.entries(config).filter(
    ([key, value]) => isSetting(key) && JSON.stringify(value) !== JSON.stringify(asked[key]),
  );
  return [command, ...toFlags(Object.fromEntries(changed))].join(" ");
}

/** The command that goes on with a run. */
export function commandToResume(directory: string): string {
  return `${command} --out ${quoted(directory)} --resume`;
}

/** Settings as flags: `--ratios 0.5,0.7`. */
function toFlags(settings: Partial<BenchConfig>): readonly string[] {
  return flagNames.filter(isSetting).flatMap((name) => {
    const value = settings[name];
    if (value === undefined || value === null || value === false) return [];
    if (value === true) return [`--${name}`];
    if (flags[name].kind === "paths" && Array.isArray(value))
      return value.map((each) => `--${name} ${quoted(each)}`);
    return [`--${name} ${quoted(String(value))}`];
  });
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const isSetting = (name: string): name is keyof BenchConfig => name in defaults;

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
