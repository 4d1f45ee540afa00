/** `drill:kill`: programs that are killed at random moments and continued give the results of an undisturbed run. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { useBackend } from "@secateur/backend";
import { createRandom } from "@secateur/base";
import type { NativeEngineName } from "@secateur/native-engine";
import { killRuns } from "./kill/kill-drill.ts";
import { type ProgramName, programNames, programs } from "./programs/index.ts";
import { prepareFolders } from "./programs/interrupted-run.ts";

const help = `Kills programs and their workers (SIGKILL to the process group) at random moments, continues them with --resume, and
compares the results with those of an undisturbed run: equal on wasm, to 1e-3 on native engines. A killed program stays
a zombie while the next one starts. Nothing may be left over.

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

async function drill(name: ProgramName): Promise<number> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), `secateur-kill-${name}-`));
  const folders = await prepareFolders(root, programs[name]);
  process.stdout.write(`${name}: --engine ${engine} --seed ${values.seed} in ${root}\n`);
  const { moments, runs, problems } = await killRuns(programs[name], folders, {
    engine,
    moments: Number(values.moments),
    perRun: 8,
    random: createRandom(Number(values.seed)),
    tolerance: engine === "wasm" ? 0 : 1e-3,
    onRun: (done, problem) =>
      process.stdout.write(`  ${done} kills${problem === null ? "" : `: ${problem}`}\n`),
  });
  process.stdout.write(
    `${name} on ${engine}: ${moments} kills in ${runs} runs, ${problems.length} problems\n`,
  );
  if (problems.length === 0) fs.rmSync(root, { recursive: true, force: true });
  return problems.length;
}

const chosen = programNames.filter((name) => values.only === undefined || values.only === name);
if (values.help || chosen.length === 0) {
  process.stdout.write(help);
  process.exit(values.help ? 0 : 1);
}
await useBackend("wasm"); // makes the inputs
let problems = 0;
for (const name of chosen) problems += await drill(name);
process.exit(problems > 0 ? 1 : 0);
