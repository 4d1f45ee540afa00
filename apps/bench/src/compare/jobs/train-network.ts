/** Trains the network of one seed, or loads it, and tests it. All pruning with that seed starts from it. */
import { startWorkerPool } from "@secateur/data-parallel";
import { countMacs, countParameters } from "@secateur/metrics";
import { fit } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BatchSource } from "../../inputs/batch-source.ts";
import { buildNetwork } from "../../inputs/network.ts";
import type { Normalization } from "../../inputs/normalization.ts";
import { readWeights } from "../../inputs/weights.ts";
import type { CompareConfig } from "../config.ts";
import type { TestedBaseline } from "../events.ts";
import { recipeFor, trainingRecipe } from "../recipe.ts";
import type { CurvePoint } from "../results.ts";
import { encodeCheckpoint, restoreCheckpoint } from "./checkpoint.ts";
import { chooseNormalization } from "./choose-normalization.ts";
import { classesFile, type JobEvent, networkFile, type TrainJob, trainingFile } from "./job.ts";
import { type TestImages, testNetwork } from "./test-network.ts";

/** Points of the loss curve per epoch. */
const pointsPerEpoch = 4;

export async function* trainNetwork(
  job: TrainJob,
  config: CompareConfig,
  data: BatchSource,
): AsyncGenerator<JobEvent> {
  const model = await buildNetwork(config, job.seed);
  let [normalization] = data.normalizations;
  if (config.weights !== null) readWeights(model, config.weights);
  if (config.weights !== null || config.network !== null) {
    normalization = await chooseNormalization(model, data);
    if (data.normalizations.length > 1)
      yield { type: "log", event: { type: "normalization", seed: job.seed, normalization } };
  }
  if (config.epochs > 0) yield* train(model, job, config, data, normalization);
  const images: TestImages = { data, normalization, classes: null };
  const { tested, classes } = yield* testNetwork(model, images, `seed ${job.seed}: testing`);
  const baseline: TestedBaseline = {
    seed: job.seed,
    parameters: countParameters(model).trainable,
    macs: countMacs(model).total,
    accuracy: tested.accuracy,
    loss: tested.loss,
    top5: tested.top5,
  };
  yield { type: "file", name: classesFile(job.seed), content: new Uint8Array(classes.buffer) };
  yield { type: "file", name: networkFile(job.seed), content: encodeCheckpoint(model, { normalization }) };
  yield { type: "log", event: { type: "baseline", baseline } };
  model.dispose();
}

/** Starts from the job's checkpoint, and writes one after each epoch. */
async function* train(
  model: tfl.LayersModel,
  { seed, checkpoint }: TrainJob,
  { epochs, model: name, workers }: CompareConfig,
  data: BatchSource,
  normalization: Normalization,
): AsyncGenerator<JobEvent> {
  const { optimizer, schedule } = trainingRecipe(name);
  const startEpoch =
    checkpoint === null ? 0 : Number((await restoreCheckpoint(model, checkpoint, optimizer))["epoch"]);
  const { stepsPerEpoch } = data;
  const { batchSize } = recipeFor(name);
  const curve = lossCurve(stepsPerEpoch, pointsPerEpoch);
  const pool = workers > 1 && tf.getBackend() === "wasm" ? await startWorkerPool(model, { workers }) : null;
  const options = {
    epochs,
    startEpoch,
    optimizer,
    schedule,
    stepsPerEpoch,
    ...(pool === null ? {} : { takeStep: pool.trainStep }),
  };
  for await (const event of fit(model, data.training(seed, normalization), options)) {
    if (event.type === "step") {
      const point = curve(event.epoch, event.step, event.loss, event.accuracy);
      if (point !== null) yield { type: "log", event: { type: "training", point: { seed, ...point } } };
      yield {
        type: "work",
        amount: batchSize,
        note: `seed ${seed}: epoch ${event.epoch + 1} of ${epochs}, loss ${event.loss.toFixed(2)}`,
      };
    } else {
      const content = encodeCheckpoint(model, { epoch: String(event.epoch + 1) }, optimizer);
      yield { type: "file", name: trainingFile(seed), content };
    }
  }
  await pool?.dispose();
  optimizer.dispose();
}

/** Averages loss and accuracy over equal parts of an epoch. @returns a function that gives a point at the end of each part. */
export function lossCurve(
  stepsPerEpoch: number,
  points: number,
): (epoch: number, step: number, loss: number, accuracy: number) => Omit<CurvePoint, "seed"> | null {
  const stride = Math.max(1, Math.floor(stepsPerEpoch / points));
  let sums = { loss: 0, accuracy: 0, count: 0 };
  return (epoch, step, loss, accuracy) => {
    if (step === 0) sums = { loss: 0, accuracy: 0, count: 0 };
    sums = { loss: sums.loss + loss, accuracy: sums.accuracy + accuracy, count: sums.count + 1 };
    if ((step + 1) % stride !== 0) return null;
    const point = {
      epoch: epoch + (step + 1) / stepsPerEpoch,
      loss: sums.loss / sums.count,
      accuracy: sums.accuracy / sums.count,
    };
    sums = { loss: 0, accuracy: 0, count: 0 };
    return point;
  };
}
