/** Which of the programs of `bench:imagenet` a command line is for: a flag says so, or the directory of the run to resume. */
import fs from "node:fs";
import path from "node:path";
import { z } from "zod";

const choices = ["experiment", "list", "smoke", "architecture-only"] as const;

export interface Choice {
  readonly program: (typeof choices)[number] | "compare";
  /** The experiment of the run to resume; null for other command lines. */
  readonly resumed: string | null;
}

/** @param cwd - The folder that relative paths start from. */
export function chosenProgram(args: readonly string[], cwd: string): Choice {
  const resumed = args.includes("--resume") ? experimentIn(path.resolve(cwd, outOf(args))) : null;
  const named = choices.find((choice) => args.some((word) => word.replace(/=.*/, "") === `--${choice}`));
  return { program: named ?? (resumed === null ? "compare" : "experiment"), resumed };
}

/** The value of `--out`, or an empty text. */
function outOf(args: readonly string[]): string {
  const at = args.findIndex((word) => /^--out(=|$)/.test(word));
  const word = args[at] ?? "";
  return word.includes("=") ? word.slice(word.indexOf("=") + 1) : (args[at + 1] ?? "");
}

const config = z.object({ experiment: z.string() });

/** The experiment in a run's settings; null for another run, or settings that cannot be read, which are reported later. */
function experimentIn(directory: string): string | null {
  try {
    const text = fs.readFileSync(path.join(directory, "config.json"), "utf8");
    return config.parse(JSON.parse(text)).experiment;
  } catch {
    return null;
  }
}
