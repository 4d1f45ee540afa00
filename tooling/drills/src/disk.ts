/** `drill:disk`: programs whose disk becomes full at any of their writes say so, and continue once there is space. */
import process from "node:process";
import { parseArgs } from "node:util";
import type { NativeEngineName } from "@secateur/native-engine";
import { failAtEveryWrite } from "./disk/disk-drill.ts";
import { drillPrograms } from "./programs/drill-programs.ts";
import { type ProgramName, programNames, programs } from "./programs/index.ts";
import type { DrillFolders } from "./programs/interrupted-run.ts";

const help = `Runs programs again and again: the disk becomes full at the first write, at the second, and so on, in the middle of
files. The program has to say so in one sentence and end with 1; once there is space, it has to give the results of an
undisturbed run, and to leave nothing over.

Usage: pnpm drill:disk [flags]

  --only NAME     One of ${programNames.join(", ")}. [default: all]
  --engine NAME   wasm or tensorflow. [default: wasm]
  --kill          Kill the program (SIGKILL) in the middle of the write instead.
  --every N       Every N-th write only. [default: 1]

Runs with other results are kept in a temporary folder. Ends with 1 if there are any.
`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    only: { type: "string" },
    engine: { type: "string", default: "wasm" },
    kill: { type: "boolean", default: false },
    every: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});
const engine = values.engine as NativeEngineName;

async function drill(name: ProgramName, folders: DrillFolders): Promise<number> {
  process.stdout.write(`${name}: --engine ${engine}${values.kill ? " --kill" : ""} in ${folders.root}\n`);
  const { writes, positions, problems } = await failAtEveryWrite(programs[name], folders, {
    engine,
    kind: values.kill ? "SIGKILL" : "ENOSPC",
    stride: Number(values.every),
    offset: 0,
    tolerance: engine === "wasm" ? 0 : 1e-3,
    onPosition: (position, count, message, problem) => {
      const text = problem === null ? message : `PROBLEM: ${problem}`;
      process.stdout.write(`  write ${position + 1} of ${count}: ${text}\n`);
    },
  });
  process.stdout.write(
    `${name} on ${engine}: ${positions} of ${writes} writes, ${problems.length} problems\n`,
  );
  return problems.length;
}

await drillPrograms({ name: "disk", help, isHelp: values.help, only: values.only, run: drill });
