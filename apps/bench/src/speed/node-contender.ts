/** The program of a contender in Node: one network on one engine, and one task that it repeats on request. */
import process from "node:process";
import { createInterface } from "node:readline";
import { useBackend } from "@secateur/backend";
import { compensate } from "@secateur/compensation";
import { criteria, scoreMinibatch, stepOptionsFor } from "@secateur/criteria";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { countMacs } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import { createModel, type ModelName } from "@secateur/models";
import { type NativeEngineName, nativeEngines } from "@secateur/native-engine";
import { applyPlan, createPlan } from "@secateur/surgery";
import { accelerate, evaluate, sgd, trainStep } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

/**
 * "stock" and "accelerated" train with tfjs-layers' own `trainOnBatch`; "compensate" refits by least squares after the removal
 * of every third unit; "multiply" is a product of large matrices.
 */
export type Task =
  | "train"
  | "score-gate"
  | "score-all"
  | "evaluate"
  | "compensate"
  | "stock"
  | "accelerated"
  | "multiply";

export interface NodeTask {
  readonly engine: NativeEngineName;
  readonly task: Task;
  readonly network: ModelName;
  readonly batch: number;
  /** Images of a refit. Default: one batch. */
  readonly images?: number;
}

type Work = () => void | Promise<void>;

/** Rows and columns of the matrices of "multiply". */
const matrixSize = 2048;

const {
  engine,
  task,
  network,
  batch,
  images: count = batch,
} = JSON.parse(process.argv[2] ?? "{}") as NodeTask;

/** Multiply-adds of the forward pass, or of the product. */
let macs = matrixSize ** 3;

async function start(): Promise<Work> {
  if (task === "stock" && engine === "tensorflow") {
    await import("@tensorflow/tfjs-node");
    await tf.setBackend("tensorflow");
  } else await useBackend(engine, { engines: nativeEngines });
  if (task === "multiply") {
    const [a, b] = [tf.randomNormal([matrixSize, matrixSize]), tf.randomNormal([matrixSize, matrixSize])];
    return () => tf.dispose(tf.matMul(a, b));
  }
  const model = createModel(network);
  macs = batch * countMacs(model).total;
  const [input] = model.inputs;
  const size = [batch, ...((input?.shape.slice(1) ?? []) as number[])];
  const noise = tf.randomNormal(size);
  const pixels = noise.dataSync<"float32">().slice(); // not out of a tidy, which would look at every number
  noise.dispose();
  const images = () => ({ xs: tf.tensor(pixels, size), ys: tf.zeros([batch], "int32") });
  if (task === "stock") return stock(model, images);
  if (task === "accelerated") return stock(accelerate(model), images);
  if (task === "evaluate") return async () => void (await evaluate(model, asBatches(images())));
  if (task === "compensate") return refit(model, images);
  const optimizer = sgd({ learningRate: 0.01, momentum: 0.9 });
  if (task === "train") return async () => void (await trainStep(model, optimizer, images()));
  const graph = buildDependencyGraph(model);
  const scored =
    task === "score-gate"
      ? [criteria.taylorGate()]
      : [
          criteria.taylorGate(),
          criteria.taylorWeight(),
          criteria.taylorWeightGroup(),
          criteria.taylorSkipGate(),
          criteria.taylorFullGradient(),
          criteria.taylorOutput(),
          criteria.bnScaleTaylor(),
        ];
  const needs = stepOptionsFor(graph, scored);
  return async () => {
    const batch = images();
    await trainStep(model, optimizer, batch, {
      ...needs,
      observe: async (step) =>
        void (await scoreMinibatch(graph, scored, batch, step, { mode: "train", minibatch: 0 })),
    });
  };
}

async function* asBatches<T>(batch: T): AsyncGenerator<T> {
  yield batch;
}

function refit(model: tfl.LayersModel, images: () => { xs: tf.Tensor; ys: tf.Tensor }): Work {
  const graph = buildDependencyGraph(model);
  const thirds = graph.groups.map(({ id, unitCount }) => {
    const units = Array.from({ length: unitCount }, (_, unit) => unit);
    return [id, units.filter((unit) => unit % 3 === 1)] as const;
  });
  const plan = createPlan(graph, thirds);
  const smaller = applyPlan(model, plan, { graph });
  function* samples() {
    for (let from = 0; from < count; from += batch) yield images();
  }
  return async () => {
    const refitted = await compensate(model, smaller, plan, samples(), { graph, samples: count });
    disposeModel(refitted.model);
  };
}

function stock(model: tfl.LayersModel, images: () => { xs: tf.Tensor; ys: tf.Tensor }): Work {
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: "categoricalCrossentropy" });
  const classes = model.outputs[0]?.shape[1] ?? 1;
  return async () => {
    const { xs, ys } = images();
    const labels = tf.oneHot(ys, classes);
    await model.trainOnBatch(xs, labels);
    tf.dispose([xs, ys, labels]);
  };
}

/** Engines that compile do so after half a second and five calls. */
const compiles = engine.startsWith("tensorflow") && task !== "stock" && task !== "accelerated";
const [warmUps, warmUpMs] =
  task === "compensate" ? [0, 0] : compiles ? [7, 3000] : engine === "cpu" ? [0, 0] : [2, 0];

function reply(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

try {
  const work = await start();
  const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
  const idleMegabytes = megabytes(process.memoryUsage.rss());
  let isWarm = false;
  for await (const line of createInterface({ input: process.stdin })) {
    const { repetitions } = JSON.parse(line) as { readonly repetitions: number };
    const start = performance.now();
    for (let i = 0; !isWarm && (i < warmUps || performance.now() - start < warmUpMs); i++) await work();
    isWarm = true;
    const ms: number[] = [];
    for (let i = 0; i < repetitions; i++) {
      const before = performance.now();
      await work();
      ms.push(performance.now() - before);
    }
    reply({
      ms,
      macs,
      idleMegabytes,
      peakMegabytes: megabytes(process.resourceUsage().maxRSS * 1024),
      residentMegabytes: megabytes(process.memoryUsage.rss()),
      tensors: tf.memory().numTensors,
      tensorBytes: tf.memory().numBytes,
    });
  }
} catch (error) {
  reply({ error: error instanceof Error ? error.message : String(error) });
}
