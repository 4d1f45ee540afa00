/**
 * Size and speed of the unpruned and the pruned network on images of the paper's size, whatever the size of the run's. Neither
 * depends on the values of weights, so networks are rebuilt from the plan.
 */
import type { Progress } from "@secateur/command-line";
import { countMacs, countParameters, measureLatencies } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import { createModel, type ModelName } from "@secateur/models";
import { applyPlan, type Plan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import { type Timing, timingOf } from "../compare/timing.ts";

const batch = 8;
const repeats = 15;

export interface MeasuredNetwork {
  readonly macs: number;
  readonly parameters: number;
  readonly latencyMsPerImage: Timing;
}

export interface MeasuredNetworks {
  readonly unpruned: MeasuredNetwork;
  readonly pruned: MeasuredNetwork;
}

/** Networks take turns, so that a busy machine slows both alike. */
export async function measureNetworks(
  name: ModelName,
  plan: Plan,
  progress: Progress,
): Promise<MeasuredNetworks> {
  const unpruned = createModel(name, { kernels: "zeros" });
  const pruned = applyPlan(unpruned, plan);
  const task = progress.task("Latency", 2 * repeats);
  const onRun = (): void => task.advance(1);
  const [before, after] = (await measureLatencies([unpruned, pruned], { batch, repeats, onRun })).map(
    timingOf,
  );
  task.done();
  const result = { unpruned: sizeOf(unpruned, before), pruned: sizeOf(pruned, after) };
  for (const model of [unpruned, pruned]) disposeModel(model);
  return result;
}

function sizeOf(model: tfl.LayersModel, timing: Timing | undefined): MeasuredNetwork {
  if (timing === undefined) throw new TypeError("a network was not timed");
  return {
    macs: countMacs(model).total,
    parameters: countParameters(model).trainable,
    latencyMsPerImage: timing,
  };
}
