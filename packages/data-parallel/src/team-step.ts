/** A step as the calling thread sees it: share out, wait, put together, change the model. */
import { modelGraph, trainableWeights } from "@secateur/model-graph";
import {
  batchSize,
  disposeBatch,
  type LossAndGradients,
  NonFiniteLossError,
  softmaxCrossEntropy,
  type TrainStepOptions,
} from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { AbandonedError, TeamError } from "./errors.ts";
import { abandonMeeting, type Meeting, resetMeeting } from "./meeting.ts";
import { mergeChange, mergeGradient, type SharedResult } from "./merge-results.ts";
import { type BatchPart, batchSplitter } from "./split.ts";
import type { Team } from "./team.ts";
import type { WeightPlace } from "./weight-layout.ts";
import type { PartResult } from "./worker-data.ts";
import type { WorkerThread } from "./worker-thread.ts";

export interface Workshop {
  readonly layout: readonly WeightPlace[];
  /** Shared memory, as all of these arrays. */
  readonly weights: Float32Array;
  readonly meeting: Meeting;
  readonly threads: readonly WorkerThread[];
  /** Of each thread. */
  readonly results: readonly Float32Array[];
}

export function teamStep(model: tfl.LayersModel, workshop: Workshop): Team["trainStep"] {
  const { layout, weights, threads } = workshop;
  const split = batchSplitter();
  return async (optimizer, batch, options = {}) => {
    const { step = 0, observe } = options;
    const count = batchSize(batch);
    const parts = splitAndDispose();
    refuseGates(options);
    const losses = lossKeys(options);
    publishWeights(model, layout, weights);
    const trained = [...trainableWeights(model).keys()];
    const answers = await askAll(workshop, parts, { losses, trained });
    const loss = answers.reduce((sum, answer, i) => sum + answer.loss * (parts[i]?.share ?? 0), 0);
    const correct = answers.reduce((sum, answer) => sum + answer.correct, 0);
    if (!Number.isFinite(loss)) throw new NonFiniteLossError(loss, step);
    const { gradients, changes } = merge(workshop, parts, new Set(trained));
    const observed: LossAndGradients = {
      loss: tf.scalar(loss),
      correct: tf.scalar(correct),
      gradients,
      gates: {},
      activations: {},
    };
    try {
      observe?.(observed);
      const { weights: named } = modelGraph(model);
      for (const [name, value] of Object.entries(changes)) named.get(name)?.write(value);
      optimizer.apply(trainableWeights(model), gradients);
    } finally {
      tf.dispose([observed.loss, observed.correct, gradients, changes]);
    }
    return { loss, accuracy: correct / count };

    function splitAndDispose(): readonly BatchPart[] {
      try {
        return split(batch, threads.length);
      } finally {
        disposeBatch(batch);
      }
    }
  };
}

/** Threads hand over gradients of weights, nothing else. */
function refuseGates({ gates = [], activations = [] }: TrainStepOptions): void {
  if (gates.length + activations.length === 0) return;
  throw new TeamError("a team's step observes no gates and no activations: use trainStep of training");
}

/** A function cannot be sent to another thread; a built-in loss can be rebuilt there. */
function lossKeys({ loss = softmaxCrossEntropy() }: TrainStepOptions): readonly string[] {
  return [loss].flat().map(({ name, key }) => {
    if (key !== undefined) return key;
    throw new TeamError(`a team needs a built-in loss, and "${name}" is not one: use trainStep of training`);
  });
}

function publishWeights(model: tfl.LayersModel, layout: readonly WeightPlace[], weights: Float32Array): void {
  const named = modelGraph(model).weights;
  for (const { name, start, end } of layout) {
    const weight = named.get(name);
    if (weight !== undefined) weights.subarray(start, end).set(weight.read().dataSync());
  }
}

/** Every worker has answered or ended when this settles, so none is left waiting for another. */
async function askAll(
  { meeting, threads }: Workshop,
  parts: readonly BatchPart[],
  task: { readonly losses: readonly string[]; readonly trained: readonly string[] },
): Promise<readonly PartResult[]> {
  resetMeeting(meeting);
  const answers = await Promise.allSettled(
    threads.slice(0, parts.length).map(async (thread, i) => {
      try {
        return await thread.ask({ ...(parts[i] as BatchPart), ...task, participants: parts.length });
      } catch (error) {
        abandonMeeting(meeting);
        throw error;
      }
    }),
  );
  const errors = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
  if (errors.length > 0) throw errors.find((error) => !(error instanceof AbandonedError)) ?? errors[0];
  return answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
}

interface Merged {
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
  /** New values of weights that do not train: the moving averages. */
  readonly changes: Readonly<Record<string, tf.Tensor>>;
}

function merge(
  { layout, weights, results }: Workshop,
  parts: readonly BatchPart[],
  trained: ReadonlySet<string>,
): Merged {
  const shared = parts.map(({ share }, i): SharedResult => ({ values: results[i] as Float32Array, share }));
  const gradients: Record<string, tf.Tensor> = {};
  const changes: Record<string, tf.Tensor> = {};
  for (const place of layout) {
    if (trained.has(place.name)) gradients[place.name] = mergeGradient(shared, place);
    else {
      const change = mergeChange(shared, weights, place);
      if (change !== null) changes[place.name] = change;
    }
  }
  return { gradients, changes };
}
