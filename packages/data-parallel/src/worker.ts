/** The program of a worker thread: its own engine, its own copy of the model, one part of a minibatch after another. */
import { parentPort, workerData } from "node:worker_threads";
import { useBackend } from "@secateur/backend";
import { currentCapabilities } from "@secateur/backend/engine";
import { isModel } from "@secateur/model-graph";
import * as tfl from "@tensorflow/tfjs-layers";
import { computePart } from "./compute-part.ts";
import { meet } from "./meeting.ts";
import type { FromWorker, PartTask, WorkerData } from "./worker-data.ts";

const data: WorkerData = workerData;

async function start(): Promise<tfl.LayersModel> {
  for (const url of data.modules) await import(url);
  await useBackend("wasm");
  const model = await tfl.models.modelFromJSON(JSON.parse(data.topology));
  makeTrainable(model);
  return model;
}

/** The team says at every step which weights train: what is frozen may change meanwhile. */
function makeTrainable(model: tfl.LayersModel): void {
  model.trainable = true;
  for (const layer of model.layers) {
    if (isModel(layer)) makeTrainable(layer);
    else layer.trainable = true;
  }
}

function work(model: tfl.LayersModel, task: PartTask): FromWorker {
  const { statistics, meeting, index, timeoutMs } = data;
  const isShared = statistics === "synchronized" && task.participants > 1;
  currentCapabilities().setSumReducer?.(isShared ? meet(meeting, index, task.participants, timeoutMs) : null);
  return { type: "done", ...computePart(model, data, task) };
}

const failure = (error: unknown): FromWorker => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { type: "failed", name, message };
};

const send = (answer: FromWorker): void => parentPort?.postMessage(answer);

start().then(
  (model) => {
    parentPort?.on("message", (task: PartTask) => {
      try {
        send(work(model, task));
      } catch (error) {
        send(failure(error));
      }
    });
    send({ type: "ready" });
  },
  (error: unknown) => send(failure(error)),
);
