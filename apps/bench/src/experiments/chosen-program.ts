/** Which of the programs of `bench:imagenet` a command line is for: a flag says so, or the directory of the run to resume. */
import fs from "node:fs";
import path from "node:path";

const choices = ["experiment", "list", "smoke", "architecture-only"] as const;

type Choice = (typeof choices)[number] | "compare";

/** @param cwd - The folder that relative paths start from. */
export function chosenProgram(args: readonly string[], cwd: string): Choice {
  const named = choices.find((choice) => args.some((word) => word.replace(/=.*/, "") === `--${choice}`));
  if (named !== undefined) return named;
  return args.includes("--resume") && isExperiment(path.resolve(cwd, outOf(args))) ? "experiment" : "compare";
}

/** The value of `--out`, or an empty text. */
function outOf(args: readonly string[]): string {
  const at = args.findIndex((word) => /^--out(=|$)/.test(word));
  const word = args[at] ?? "";
  return word.includes("=") ? word.slice(word.indexOf("=") + 1) : (args[at + 1] ?? "");
}

function isExperiment(directory: string): boolean {
  const file = path.join(directory, "config.json");
  if (!fs.existsSync(file)) return false;
  return /"experiment":/.test(fs.readFileSync(file, "utf8"));
}
