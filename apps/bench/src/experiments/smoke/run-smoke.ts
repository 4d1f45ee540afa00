/**
 * `bench:imagenet --smoke`: the engines of a machine, whether they compute correctly, and time and memory of a step of every
 * network. The file is rewritten after each part, so that it tells what was found before a crash.
 */
import process from "node:process";
import { createProgress, type Progress } from "@secateur/command-line";
import type { ModelName } from "@secateur/models";
import type { NativeEngineName } from "@secateur/native-engine";
import { diagnoseEngines } from "@secateur/native-engine/self-test";
import type { RunCommand } from "../../cli/parse-arguments.ts";
import { writeFileAtomically } from "../../run/atomic-file.ts";
import { explained } from "../../run/run-directory-error.ts";
import { askWorker } from "./ask-worker.ts";
import { describeMachine } from "./machine.ts";
import { smokeMarkdown } from "./markdown.ts";
import type { MeasuredStep } from "./measure-steps.ts";
import type { SmokeConfig } from "./program.ts";
import type { MeasuredNetwork, SmokeReport } from "./report.ts";

/** Computes the numbers that the measured engine is compared with. */
const reference: NativeEngineName = "wasm";

type Say = (line: string) => void;

export async function runSmoke({ config }: RunCommand<SmokeConfig>): Promise<void> {
  const progress = createProgress({ stream: process.stderr });
  const start = performance.now();
  let report: SmokeReport = {
    formatVersion: 1,
    startedAt: new Date().toISOString(),
    machine: describeMachine(),
    engines: [],
    engine: null,
    checks: [],
    networks: [],
    durationMs: null,
  };
  const add = (more: Partial<SmokeReport>): void => {
    report = { ...report, ...more };
    explained(`write ${config.report}`, () =>
      writeFileAtomically(config.report, `${JSON.stringify(report, null, 2)}\n`),
    );
  };
  add({});
  const say: Say = (line) => progress.log(line);
  say(`Results go to ${config.report}`);
  const { engines, automatic } = await diagnoseEngines(say);
  const engine = config.engine === "auto" ? (automatic ?? reference) : config.engine;
  add({ engines, engine });
  const networks = config.networks;
  const [first] = networks;
  if (first !== undefined) add({ checks: await checkEngines([engine, reference], first, progress) });
  for (const network of networks) {
    const measured = await measureNetwork(engine, network, 1000 * config.seconds, say);
    add({ networks: [...report.networks, measured] });
  }
  add({ durationMs: performance.now() - start });
  progress.stop();
  process.stdout.write(
    `${smokeMarkdown(report)}\n\nPlease attach ${config.report} to a report of a problem.\n`,
  );
}

async function checkEngines(
  engines: readonly NativeEngineName[],
  network: ModelName,
  progress: Progress,
): Promise<SmokeReport["checks"]> {
  const checks: SmokeReport["checks"][number][] = [];
  for (const engine of new Set(engines)) {
    progress.log(`Computing a step of ${network} on ${engine}`);
    let check: SmokeReport["checks"][number] = { engine, numbers: null, failure: null };
    const failure = await askWorker({ kind: "check", engine, network, budgetMs: 0 }, (event) => {
      if (event.type === "checked") check = { ...check, numbers: event.numbers };
    });
    checks.push({ ...check, failure });
  }
  return checks;
}

async function measureNetwork(
  engine: NativeEngineName,
  network: ModelName,
  budgetMs: number,
  say: Say,
): Promise<MeasuredNetwork> {
  const steps: MeasuredStep[] = [];
  let failure: string | null = null;
  const crash = await askWorker({ kind: "measure", engine, network, budgetMs }, (event) => {
    if (event.type === "measured") {
      steps.push(event.step);
      say(`${network}: a step of ${event.step.batch} images takes ${Math.round(event.step.stepMs)} ms`);
    }
    if (event.type === "failed") failure = `${event.batch} images: ${event.reason}`;
  });
  return { network, steps, failure: failure ?? crash };
}
