/** `drill:disk`: programs whose disk becomes full at any of their writes say so, and continue once there is space. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { useBackend } from "@secateur/backend";
import type { NativeEngineName } from "@secateur/native-engine";
import { failAtEveryWrite } from "./disk/disk-drill.ts";
import { type ProgramName, programNames, programs } from "./programs/index.ts";
import { prepareFolders } from "./programs/interrupted-run.ts";

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

async function drill(name: ProgramName): Promise<number> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), `secateur-disk-${name}-`));
  const folders = await prepareFolders(root, programs[name]);
  process.stdout.write(`${name}: --engine ${engine}${values.kill ? " --kill" : ""} in ${root}\n`);
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
