/** A program's table of flags as a commander command, and its help text. */
import { Command, Option } from "commander";
import { asFlags, flagName } from "./command-line.ts";
import type { Flag, Program } from "./program.ts";

/** @param onFlag - Called for every flag on the command line; switches have no text. */
export function commandFor<Config>(
  program: Program<Config>,
  onFlag: (key: string, text: string | undefined) => void = () => undefined,
): Command {
  const command = new Command(program.command)
    .usage([...operandsOf(program).map(([, { value }]) => value), "[flags]"].join(" "))
    .description(program.purpose)
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .configureHelp({ helpWidth: 100 });
  for (const [, { value = "", help }] of operandsOf(program)) command.argument(`[${value}]`, help);
  for (const [key, flag] of Object.entries(program.flags)) {
    if (flag.isOperand) continue;
    const option = optionOf(key, flag, program);
    command.addOption(option);
    command.on(`option:${option.name()}`, (text?: string) => onFlag(key, text));
  }
  const help = new Option("-h, --help", "Show this help.").helpGroup("Output:");
  return command.addHelpOption(help);
}

/** The text of `--help`: grouped flags with their defaults, then examples. */
export function helpText<Config>(program: Program<Config>): string {
  const examples = program.examples.flatMap(([description, flags]) => [
    `  ${description}`,
    `    ${`${program.command} ${flags}`.trimEnd()}`,
  ]);
  return [
    `${commandFor(program).helpInformation()}`,
    "Examples:",
    ...examples,
    "",
    "Exit codes: 0 success, 1 failure that the message explains, 2 invalid command line, 70 a fault in Secateur, 130 Ctrl-C.",
    "",
  ].join("\n");
}

/** The flags that are words without dashes, in their order on the command line. */
export function operandsOf<Config>({ flags }: Program<Config>): readonly (readonly [string, Flag])[] {
  return Object.entries(flags).filter(([, { isOperand = false }]) => isOperand);
}

function optionOf<Config>(
  key: string,
  { kind, group, value, help, implies }: Flag,
  program: Program<Config>,
): Option {
  const implied =
    implies === undefined ? "" : ` Implies ${asFlags(implies, program.flags).join(" ")}, unless given.`;
  const name = `--${flagName(key, kind)}${value === undefined ? "" : ` <${value}>`}`;
  const option = new Option(name, help + implied).helpGroup(`${group}:`);
  const text = new Map<string, unknown>(Object.entries(program.defaults)).get(key) ?? "";
  return value === undefined || String(text) === "" ? option : option.default(text, String(text));
}
