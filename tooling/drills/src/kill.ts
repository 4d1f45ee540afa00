/** `drill:kill`: programs that are killed at random moments and continued give the results of an undisturbed run. */
import process from "node:process";
import { parseArgs } from "node:util";
import { createRandom } from "@secateur/base";
import type { NativeEngineName } from "@secateur/native-engine";
import { killRuns } from "./kill/kill-drill.ts";
import { drillPrograms } from "./programs/drill-programs.ts";
import { type ProgramName, programNames, programs } from "./programs/index.ts";
import type { DrillFolders } from "./programs/interrupted-run.ts";

const help = `Kills programs and their workers (SIGKILL to the process group) at random moments, continues them with --resume, and
compares the results with those of an undisturbed run: equal on wasm, to 1e-3 on native engines. Moments are spread over
the lines of a run's log, and counted by where they fall. A killed program stays a zombie while the next one starts.
Nothing may be left over.

Usage: pnpm drill:kill [flags]

  --only NAME     One of ${programNames.join(", ")}. [default: all]
  --engine NAME   wasm or tensorflow. [default: wasm]
  --moments N     Kills of each program that hit it while it runs. [default: 100]
  --seed N        Determines the moments. [default: the time]

Runs with other results are kept in a temporary folder. Ends with 1 if there are any.
`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    only: { type: "string" },
    engine: { type: "string", default: "wasm" },
    moments: { type: "string", default: "100" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    help: { type: "boolean", default: false },
  },
});
const engine = values.engine as NativeEngineName;

async function drill(name: ProgramName, folders: DrillFolders): Promise<number> {
  process.stdout.write(`${name}: --engine ${engine} --seed ${values.seed} in ${folders.root}\n`);
  const { moments, runs, places, problems } = await killRuns(programs[name], folders, {
    engine,
    moments: Number(values.moments),
    perRun: 12,
    random: createRandom(Number(values.seed)),
    tolerance: engine === "wasm" ? 0 : 1e-3,
    onRun: (done, problem) =>
      process.stdout.write(`  ${done} kills${problem === null ? "" : `: ${problem}`}\n`),
  });
  process.stdout.write(
    `${name} on ${engine}: ${moments} kills in ${runs} runs, ${problems.length} problems\n`,
  );
  for (const [place, count] of [...places].sort()) process.stdout.write(`  ${count} ${place}\n`);
  return problems.length;
}

await drillPrograms({ name: "kill", help, isHelp: values.help, only: values.only, run: drill });
