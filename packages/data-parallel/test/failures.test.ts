/** When a worker fails or ends, the step says so, the model stays as it was, and nobody waits for ever. */
import { sgd } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { startTeam, TeamError } from "../src/index.ts";
import { exitsAt, Fuse, throwsAt } from "./fuse.ts";
import { disposeNetwork, makeBatch, plainNetwork, valuesOf } from "./networks.ts";

const modules = [new URL("./fuse.ts", import.meta.url).href];

/** The fuse comes before batch normalisation: while one worker blows it, the other waits there. */
function fusedNetwork(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [4] }),
      new Fuse({ name: "fuse" }),
      tfl.layers.batchNormalization({ name: "bn" }),
      tfl.layers.dense({ name: "out", units: 3, activation: "softmax" }),
    ],
  });
}

const batchWith = (first: number) => ({
  xs: tf.tensor2d([first, ...Array.from({ length: 23 }, (_, i) => Math.sin(i))], [6, 4]),
  ys: tf.zeros([6], "int32"),
});

it("an error rejects the step and the team goes on; a death ends the team", async () => {
  const model = fusedNetwork();
  const team = await startTeam(model, { workers: 2, modules });
  const optimizer = sgd({ learningRate: 0.1 });
  const before = valuesOf(model);
  await expect(team.trainStep(optimizer, batchWith(throwsAt))).rejects.toThrow(
    new TeamError("worker 0 failed: the fuse is blown"),
  );
  expect(valuesOf(model)).toEqual(before);
  expect((await team.trainStep(optimizer, batchWith(1))).loss).toBeGreaterThan(0);

  const alive = valuesOf(model);
  const ended = "worker 0 ended (code 3); dispose this team and start another";
  await expect(team.trainStep(optimizer, batchWith(exitsAt))).rejects.toThrow(new TeamError(ended));
  await expect(team.trainStep(optimizer, batchWith(1))).rejects.toThrow(new TeamError(ended));
  expect(valuesOf(model)).toEqual(alive);
  await team.dispose();
  disposeNetwork(model);
});

it("what it cannot do, a team refuses in a sentence", async () => {
  const model = plainNetwork();
  const optimizer = sgd({ learningRate: 0.1 });
  await expect(startTeam(model, { workers: 0 })).rejects.toThrow(
    "a whole number of workers, 1 or more, not 0",
  );
  const team = await startTeam(model, { workers: 2 });
  const uneven = { xs: tf.zeros([4, 4]), ys: tf.zeros([3], "int32") };
  await expect(team.trainStep(optimizer, uneven)).rejects.toThrow("as many labels as examples");
  await expect(team.trainStep(optimizer, makeBatch(1, 4, [5]))).rejects.toThrow("the batch (xs) is [2,5]");
  const first = team.trainStep(optimizer, makeBatch(1, 4, [4]));
  await expect(team.trainStep(optimizer, makeBatch(1, 4, [4]))).rejects.toThrow("still at a step");
  await first;
  const last = team.trainStep(optimizer, makeBatch(1, 4, [4]));
  await Promise.all([expect(last).rejects.toThrow("ended"), team.dispose()]);
  await expect(team.trainStep(optimizer, makeBatch(1, 4, [4]))).rejects.toThrow("is disposed");
  disposeNetwork(model);
});

it("a layer class that the workers do not know is named", async () => {
  const model = fusedNetwork();
  await expect(startTeam(model, { workers: 1 })).rejects.toThrow(/worker 0 failed: .*Fuse/);
  disposeNetwork(model);
});
