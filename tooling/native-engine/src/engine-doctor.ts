/** `engine:doctor`: which engines are here, on what they run, and whether they compute correctly. */
import process from "node:process";
import { parseArgs } from "node:util";
import { type ConcreteEngine, engineNames } from "@secateur/backend";
import { type Trial, tryEngine } from "@secateur/backend/self-test";

const help = `Tries every engine in a process of its own: is it here, on what does it run, does it compute correctly?

Usage: npx pnpm@10.34.9 engine:doctor [--json]

Ends with 1 when an engine that is installed does not work.`;

interface Diagnosis {
  readonly engine: ConcreteEngine;
  readonly trial: Trial;
}

/** The order in which `auto` takes them. */
const automatic: readonly ConcreteEngine[] = ["tensorflow-gpu", "tensorflow", "wasm"];

async function main(asJson: boolean): Promise<number> {
  const engines = engineNames.filter((name): name is ConcreteEngine => name !== "auto" && name !== "cpu");
  const diagnoses: Diagnosis[] = [];
  for (const engine of engines) {
    const trial = await tryEngine(engine);
    diagnoses.push({ engine, trial });
    if (!asJson) print(describe(engine, trial));
  }
  const chosen =
    automatic.find((engine) =>
      diagnoses.some((each) => each.engine === engine && each.trial.outcome === "passed"),
    ) ?? null;
  if (asJson) print(JSON.stringify({ automatic: chosen, engines: diagnoses }, null, 2));
  else {
    print("cpu              tfjs's plain JavaScript: what the others are compared with");
    print(`\n"auto" takes ${chosen ?? "none"}.`);
  }
  return diagnoses.some(({ trial: { outcome } }) => outcome === "failed" || outcome === "crashed") ? 1 : 0;
}

function describe(engine: ConcreteEngine, trial: Trial): string {
  const name = engine.padEnd(16);
  if ("reason" in trial)
    return `${name} ${trial.outcome === "crashed" ? "BROKEN: " : "not here: "}${shortened(trial.reason)}`;
  const { version, library, device, threads } = trial.device;
  const wrong = trial.checks.filter(({ problem }) => problem !== null);
  const count = trial.checks.length;
  const verdict = wrong.length === 0 ? `${count} checks passed` : `${wrong.length} of ${count} checks FAILED`;
  const versions = library === null ? version : `${version} with TensorFlow ${library}`;
  const head = `${name} ${versions}, ${device}, ${threads} ${threads === 1 ? "thread" : "threads"}: ${verdict}`;
  const settings = Object.entries(trial.workaround).map(([key, value]) => `${key}=${value}`);
  return [
    head,
    ...(settings.length > 0
      ? [`${" ".repeat(17)}crashes without ${settings.join(" ")}, which is set for it`]
      : []),
    ...wrong.map(({ name: check, problem }) => `${" ".repeat(17)}${check}: ${problem}`),
  ].join("\n");
}

/** An engine that cannot be used says so in a sentence that also names the engine. */
const shortened = (reason: string): string =>
  reason.replace(/^Engine "[^"]*" cannot be used: /, "").replace(/\.$/, "");

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== "--"),
    options: { json: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (values.help) print(help);
  else process.exitCode = await main(values.json);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)} See --help.\n`);
  process.exitCode = 2;
}
