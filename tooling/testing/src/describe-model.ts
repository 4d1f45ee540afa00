/**
 * Conformance kit for an entry of a table of networks: declared parameter count, output, gradients, determinism by seed,
 * and round trips of topology and weights. An entry of one's own table can run it too.
 */
import { createHash } from "node:crypto";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBeAllClose } from "./all-close.ts";
import { saveAndLoad } from "./save-and-load.ts";

export interface ModelOptions {
  readonly inputShape?: readonly [height: number, width: number, channels: number];
  readonly classes?: number;
  readonly seed?: number;
  /** "zeros": kernels need not be initialised. */
  readonly kernels?: "zeros";
}

export interface ModelEntry {
  /** Builds the network. Missing options have the entry's defaults. The output is a softmax over the classes. */
  readonly build: (options: ModelOptions) => tfl.LayersModel;
  /** Declared number of trainable parameters with the default options. */
  readonly parameterCount: number;
  /** A small input, [height, width, channels], to keep the tests fast. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
  readonly saveWeights: (model: tfl.LayersModel) => Uint8Array;
  /** Loads the bytes of `saveWeights`. */
  readonly loadWeights: (model: tfl.LayersModel, bytes: Uint8Array) => unknown;
}

const classes = 7;

/**
 * Declares the tests of one entry.
 *
 * @example describeModel("lenet3", { build: (options) => createModel("lenet3", options), ... });
 */
export function describeModel(name: string, entry: ModelEntry): void {
  expect.extend({ toBeAllClose });
  const { build, inputShape } = entry;
  const small = (seed: number): tfl.LayersModel => build({ inputShape, classes, seed });
  let model: tfl.LayersModel;
  let images: tf.Tensor;

  describe(name, () => {
    beforeAll(() => {
      model = small(3);
      images = tf.randomUniform([2, ...inputShape], -1, 1, "float32", 1);
    });
    afterAll(() => {
      disposeModel(model);
      images.dispose();
    });

    it("has the declared number of trainable parameters", () => {
      const full = build({ kernels: "zeros" });
      const sizes = full.trainableWeights.map(({ shape }) => tf.util.sizeFromShape(shape as number[]));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(entry.parameterCount);
      disposeModel(full);
    });

    it("outputs probabilities, [batch, classes]", () => {
      const probabilities = model.predict(images) as tf.Tensor;
      expect(probabilities.shape).toEqual([2, classes]);
      expect(tf.tidy(() => tf.sum(probabilities, 1).dataSync())).toBeAllClose([1, 1]);
      probabilities.dispose();
    });

    it("is determined by its seed, and every kernel differs", () => {
      const [same, other] = [small(3), small(4)];
      expect(digests(same)).toEqual(digests(model));
      const kernels = [...digests(model), ...digests(other)].filter(([name]) => name.endsWith("kernel"));
      expect(new Set(kernels.map(([, digest]) => digest)).size).toBe(kernels.length);
      expect(new Set(kernels.map(([, , ratio]) => ratio)).size).toBe(kernels.length);
      for (const each of [same, other]) disposeModel(each);
    });

    it("is saved and loaded by tfjs alone, with equal predictions", async () => {
      const loaded = await saveAndLoad(model);
      expect(digests(loaded)).toEqual(digests(model));
      expect(predictions(loaded, images)).toEqual(predictions(model, images));
      disposeModel(loaded);
    });

    it("restores saved weights bit for bit", () => {
      const other = small(4);
      entry.loadWeights(other, entry.saveWeights(model));
      expect(digests(other)).toEqual(digests(model));
      disposeModel(other);
    });

    // Last: a training step changes the moving averages of batch normalisation.
    it("has a finite gradient that reaches the first layer", () => {
      const gradients = gradientsOf(model, images);
      expect(gradients.every((gradient) => Number.isFinite(gradient))).toBe(true);
      expect(gradients[0]).toBeGreaterThan(0);
    });
  });
}

function predictions(model: tfl.LayersModel, images: tf.Tensor): Float32Array {
  return tf.tidy(() => Float32Array.from((model.predict(images) as tf.Tensor).dataSync()));
}

/** The largest absolute gradient of the cross-entropy for class 0, per trainable weight. */
function gradientsOf(model: tfl.LayersModel, images: tf.Tensor): readonly number[] {
  return tf.tidy(() => {
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const loss = (): tf.Scalar => {
      const probabilities = model.apply(images, { training: true }) as tf.Tensor2D;
      return tf.neg(tf.mean(tf.log(tf.add(tf.slice(probabilities, [0, 0], [2, 1]), 1e-7))));
    };
    const { grads } = tf.variableGrads(loss, variables);
    return variables.map(({ name }) => tf.max(tf.abs(grads[name] as tf.Tensor)).dataSync()[0] ?? Number.NaN);
  });
}

/**
 * Name, digest and ratio of the first two values of every weight. The digest is faster to compare than millions of
 * numbers; the ratio detects kernels of one seed that differ by a factor only.
 */
function digests(
  model: tfl.LayersModel,
): readonly (readonly [name: string, digest: string, ratio: number])[] {
  return model.weights.map((weight) => {
    const values = Float32Array.from(weight.read().dataSync());
    const digest = createHash("sha256").update(new Uint8Array(values.buffer)).digest("hex");
    return [weight.originalName, digest, (values[0] ?? 0) / (values[1] ?? 1)];
  });
}
