#!/usr/bin/env node
/** `engine:doctor`: which engines are installed, on which device they run, and whether they compute correctly. */
import process from "node:process";
import { parseArgs } from "node:util";
import { type NativeEngineName, nativeEngineNames } from "./native-engine-name.ts";
import { nativeEngines } from "./native-engines.ts";
import { runSelfTest, type SelfTestResult } from "./self-test/run-self-test.ts";

const help = `Tests every engine in a child process: is it installed, on which device does it run, does it compute correctly?

Usage: npx secateur-engine-doctor [--json]        (in Secateur's repository: npx pnpm@10.34.9 engine:doctor [--json])

Ends with 1 when an engine that is installed does not work.`;

interface Diagnosis {
  readonly engine: NativeEngineName;
  readonly result: SelfTestResult;
}

async function main(asJson: boolean): Promise<number> {
  const diagnoses: Diagnosis[] = [];
  for (const engine of nativeEngineNames.filter((name) => name !== "cpu")) {
    const result = await runSelfTest(engine);
    diagnoses.push({ engine, result });
    if (!asJson) print(describe(engine, result));
  }
  const chosen =
    diagnoses.find(({ engine, result }) => nativeEngines[engine].isAutomatic && result.outcome === "passed")
      ?.engine ?? null;
  if (asJson) print(JSON.stringify({ automatic: chosen, engines: diagnoses }, null, 2));
  else {
    print("cpu              tfjs's plain JavaScript: what the others are compared with");
    print(`\n"auto" takes ${chosen ?? "none"}.`);
  }
  return diagnoses.some(({ result: { outcome } }) => outcome === "failed" || outcome === "crashed") ? 1 : 0;
}

function describe(engine: NativeEngineName, result: SelfTestResult): string {
  const name = engine.padEnd(16);
  if ("reason" in result)
    return `${name} ${result.outcome === "crashed" ? "BROKEN: " : "not here: "}${shortened(result.reason)}`;
  const { version, library, device, threads } = result.device;
  const wrong = result.checks.filter(({ problem }) => problem !== null);
  const count = result.checks.length;
  const summary = wrong.length === 0 ? `${count} checks passed` : `${wrong.length} of ${count} checks FAILED`;
  const versions = library === null ? version : `${version} with TensorFlow ${library}`;
  const head = `${name} ${versions}, ${device}, ${threads} ${threads === 1 ? "thread" : "threads"}: ${summary}`;
  const settings = Object.entries(result.workaround).map(([key, value]) => `${key}=${value}`);
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
