/** What the smaller network is worth: its outputs on images that were held back, its size, its speed. */
import type { Progress } from "@secateur/command-line";
import { type Latency, measureLatencies } from "@secateur/metrics";
import { modelBytes, quantizationOf } from "@secateur/model-files";
import type * as tfl from "@tensorflow/tfjs-layers";
import { compareOutputs } from "./compare-outputs.ts";
import type { Inputs } from "./open-inputs.ts";
import type { MeasuredTime, PruneSummary } from "./result.ts";

/** Timed runs of each network. */
const runs = 15;

export async function measure(
  model: tfl.LayersModel,
  smaller: tfl.LayersModel,
  inputs: Inputs,
  progress: Progress,
): Promise<Pick<PruneSummary, "outputs" | "bytes" | "time" | "images">> {
  const comparing = progress.task("Comparing outputs", inputs.held.length);
  const outputs = await compareOutputs(model, smaller, counting(inputs.heldBatches(), comparing.advance));
  comparing.done();
  const quantize = quantizationOf(model);
  const bytes = {
    before: await modelBytes(model, { quantize }),
    after: await modelBytes(smaller, { quantize }),
  };
  const timing = progress.task("Measuring time", 2 * runs);
  const [before, after] = await measureLatencies([model, smaller], {
    batch: 1,
    repeats: runs,
    inputShape: inputs.inputShape,
    onRun: () => timing.advance(1),
  });
  timing.done();
  return {
    outputs,
    bytes,
    time: { before: timeOf(before), after: timeOf(after) },
    images: {
      used: inputs.used.length,
      held: inputs.held.length,
      preprocessing: inputs.preprocessing,
    },
  };
}

function* counting<B extends { readonly xs: { readonly shape: readonly number[] } }>(
  batches: Iterable<B>,
  advance: (count: number) => void,
): Generator<B> {
  for (const batch of batches) {
    const count = batch.xs.shape[0] ?? 0;
    yield batch;
    advance(count);
  }
}

function timeOf(latency: Latency | undefined): MeasuredTime {
  return {
    medianMs: latency?.medianMs ?? Number.NaN,
    spreadMs: latency?.spreadMs ?? [Number.NaN, Number.NaN],
  };
}
