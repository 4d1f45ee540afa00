/** `bench:imagenet --list`: the rows of the paper's table, with the memory and the hours that they need. */
import process from "node:process";
import { useBackend } from "@secateur/backend";
import { disposeModel } from "@secateur/model-graph";
import { createModel, type ModelName } from "@secateur/models";
import { nativeEngines } from "@secateur/native-engine";
import { stepBytes } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { RunCommand } from "../../cli/parse-arguments.ts";
import { readExperiments } from "../experiment.ts";
import { type MeasuredStep, measureSteps } from "../smoke/measure-steps.ts";
import { msPerImage, readStepTimes } from "../smoke/report.ts";
import type { ListConfig } from "./program.ts";
import { listMarkdown, type NetworkNeeds } from "./table.ts";

/** Enough for a few batch sizes on a processor. */
const measureMs = 20_000;

export async function runList({ config }: RunCommand<ListConfig>): Promise<void> {
  const { accumulate, times, measure, engine } = config;
  const known = times === null ? null : readStepTimes(times);
  const experiments = readExperiments();
  const { engine: chosen } = await useBackend(measure ? engine : "wasm", { engines: nativeEngines });
  const needs = new Map<ModelName, NetworkNeeds>();
  for (const { model: name, training } of experiments) {
    if (needs.has(name)) continue;
    const model = createModel(name, { kernels: measure ? "random" : "zeros" });
    const bytes = stepBytes(model)(Math.ceil(training.batch / accumulate));
    const measured = measure
      ? { engine: chosen, networks: [{ network: name, steps: await timesOf(model) }] }
      : known;
    needs.set(name, { bytes, msPerImage: measured === null ? null : msPerImage(measured, name) });
    disposeModel(model);
  }
  process.stdout.write(`${listMarkdown(experiments, needs, accumulate)}\n`);
}

async function timesOf(model: tfl.LayersModel): Promise<readonly MeasuredStep[]> {
  const steps: MeasuredStep[] = [];
  for await (const event of measureSteps(model, measureMs))
    if (event.type === "measured") steps.push(event.step);
  return steps;
}
