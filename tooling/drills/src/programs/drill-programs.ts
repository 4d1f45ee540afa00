/** The part that drills of whole programs share: each program in a temporary folder of its own, kept where there are problems. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { useBackend } from "@secateur/backend";
import { type ProgramName, programNames, programs } from "./index.ts";
import { type DrillFolders, prepareFolders } from "./interrupted-run.ts";

export interface ProgramDrill {
  /** In names of folders. */
  readonly name: string;
  readonly help: string;
  readonly isHelp: boolean;
  /** A program's name; undefined for all of them. */
  readonly only: string | undefined;
  /** Tries one program, prints what happens, and returns the number of problems. */
  readonly run: (program: ProgramName, folders: DrillFolders) => Promise<number>;
}

/** Ends the process: with 1 where there are problems, or no program of the name. */
export async function drillPrograms({ name, help, isHelp, only, run }: ProgramDrill): Promise<never> {
  const chosen = programNames.filter((program) => only === undefined || only === program);
  if (isHelp || chosen.length === 0) {
    process.stdout.write(help);
    process.exit(isHelp ? 0 : 1);
  }
  await useBackend("wasm"); // makes the inputs
  let problems = 0;
  for (const program of chosen) {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), `secateur-${name}-${program}-`));
    const found = await run(program, await prepareFolders(root, programs[program]));
    if (found === 0) fs.rmSync(root, { recursive: true, force: true });
    problems += found;
  }
  process.exit(problems > 0 ? 1 : 0);
}
