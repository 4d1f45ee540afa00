/** The program of a worker thread: computes its shard of each minibatch with its own engine and copy of the model. */
import { parentPort, workerData } from "node:worker_threads";
import { useBackend } from "@secateur/backend";
import { currentCapabilities } from "@secateur/backend/engine";
import { isModel } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { joinAllReduce } from "./all-reduce.ts";
import { computeShard } from "./compute-shard.ts";
import type { FromWorker, ShardTask, WorkerData } from "./worker-messages.ts";

const data: WorkerData = workerData;

async function start(): Promise<tfl.LayersModel> {
  for (const url of data.modules) await import(url);
  await useBackend("wasm");
  const model = await tfl.models.modelFromJSON(JSON.parse(data.topology));
  makeTrainable(model);
  return model;
}

/** Each task lists the weights to differentiate with respect to, so layers can be frozen or unfrozen between steps. */
function makeTrainable(model: tfl.LayersModel): void {
  model.trainable = true;
  for (const layer of model.layers) {
    if (isModel(layer)) makeTrainable(layer);
    else layer.trainable = true;
  }
}

async function compute(model: tfl.LayersModel, task: ShardTask): Promise<FromWorker> {
  const { statistics, allReduce, index, timeoutMs } = data;
  const isSynchronized = statistics === "synchronized" && task.participants > 1;
  const reduce = isSynchronized ? joinAllReduce(allReduce, index, task.participants, timeoutMs) : null;
  currentCapabilities().setSumReducer?.(reduce);
  return { type: "done", ...(await computeShard(model, data, task)) };
}

const failure = (error: unknown): FromWorker => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { type: "failed", name, message };
};

const send = (message: FromWorker): void => parentPort?.postMessage(message);

start().then(
  (model) => {
    parentPort?.on("message", (task: ShardTask) => {
      void compute(model, task).catch(failure).then(send);
    });
    send({ type: "ready" });
  },
  (error: unknown) => send(failure(error)),
);
