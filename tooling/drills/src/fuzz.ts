/** `drill:fuzz`: random and mutated files for every reader of foreign files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { useBackend } from "@secateur/backend";
import { printable } from "@secateur/base";
import { type FuzzFailure, fuzz } from "./fuzzing/fuzz.ts";
import { type TargetName, targetNames, targets } from "./fuzzing/targets.ts";
import { startWatchdog } from "./fuzzing/watchdog.ts";

const help = `Feeds readers of foreign files with random and mutated inputs. A reader may reject an input only with its own errors
and must end within ten seconds; memory is that of the process.

Usage: pnpm drill:fuzz [flags]

  --reader NAME   One of ${targetNames.join(", ")}. [default: all]
  --inputs N      Inputs for each reader. [default: 100000]
  --seed N        Determines all inputs. [default: the time]
  --from N        Index of the first input, to repeat one: --seed S --from I --inputs 1. [default: 0]

Inputs that fail are written to drill-failures/. Ends with 1 if there are any.
`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    reader: { type: "string" },
    inputs: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    from: { type: "string", default: "0" },
    help: { type: "boolean", default: false },
  },
});

/** Of the progress. */
const inputsPerLine = 5_000;

async function drill(name: TargetName): Promise<number> {
  const target = await targets[name]();
  const watchdog = startWatchdog(60_000);
  const [seed, from, inputs] = [Number(values.seed), Number(values.from), Number(values.inputs)];
  process.stdout.write(`${name}: --seed ${seed} --from ${from} --inputs ${inputs}\n`);
  const start = performance.now();
  const onInput = (index: number): void => {
    watchdog.alive(index);
    const done = index - from;
    if (done === 0 || done % inputsPerLine !== 0) return;
    const left = ((performance.now() - start) / 1000) * (inputs / done - 1);
    process.stdout.write(`  ${done} inputs, ${left.toFixed(0)} s left\n`);
  };
  const options = { seed, from, inputs, maximumMs: 10_000, onInput };
  const { accepted, failures, slowestMs } = await fuzz(target, options);
  await watchdog.stop();
  for (const failure of failures) report(name, seed, failure);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1000);
  process.stdout.write(
    `${name}: ${inputs} inputs, ${accepted} accepted, ${failures.length} failures, slowest ${slowestMs.toFixed(0)} ms, ${seconds} s, at most ${megabytes} MB\n`,
  );
  return failures.length;
}

function report(name: TargetName, seed: number, { index, input, problem }: FuzzFailure): void {
  const file = `drill-failures/${name}-${seed}-${index}`;
  mkdirSync("drill-failures", { recursive: true });
  writeFileSync(file, input);
  process.stdout.write(
    `  --reader ${name} --seed ${seed} --from ${index} --inputs 1 (${file}): ${printable(problem)}\n`,
  );
}

const chosen = targetNames.filter((name) => values.reader === undefined || values.reader === name);
if (values.help || chosen.length === 0) process.stdout.write(help);
let failures = 0;
await useBackend("wasm");
if (!values.help) for (const name of chosen) failures += await drill(name);
process.exit(failures > 0 || (chosen.length === 0 && !values.help) ? 1 : 0);
