import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { batches, DatasetOptionError, syntheticImages } from "../src/index.ts";

const normalize = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };

describe("syntheticImages", () => {
  it("depend on the seed; training and test images differ", () => {
    const options = { count: 8, testCount: 8, seed: 4 };
    expect(syntheticImages(options)).toEqual(syntheticImages(options));
    expect(syntheticImages({ ...options, seed: 5 }).train.images).not.toEqual(
      syntheticImages(options).train.images,
    );
    expect(syntheticImages(options).test.images).not.toEqual(syntheticImages(options).train.images);
  });

  it("have the requested shape and classes", () => {
    const { train, classes } = syntheticImages({ classes: 3, count: 7, shape: [5, 6, 1] });
    expect(train.images.length).toBe(7 * 30);
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1, 2, 0]);
    expect(classes).toEqual(["stripes at 0°", "stripes at 60°", "stripes at 120°"]);
  });

  it("reject sizes below 1 and fractions", () => {
    expect(() => syntheticImages({ classes: 0 })).toThrow(DatasetOptionError);
    expect(() => syntheticImages({ shape: [8, 8.5, 3] })).toThrow("width is 8.5");
  });

  it("a small network learns them in a few epochs", async () => {
    const { train, test } = syntheticImages();
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          inputShape: [16, 16, 3],
          filters: 8,
          kernelSize: 5,
          strides: 2,
          activation: "relu",
          kernelInitializer: tfl.initializers.heNormal({ seed: 1 }),
        }),
        tfl.layers.globalAveragePooling2d({}),
        tfl.layers.dense({ units: 4, kernelInitializer: tfl.initializers.glorotUniform({ seed: 2 }) }),
      ],
    });
    const optimizer = tf.train.adam(0.01);
    const logits = (xs: tf.Tensor) => model.apply(xs, { training: true }) as tf.Tensor2D;
    for (let epoch = 0; epoch < 8; epoch++) {
      for await (const { xs, ys } of batches(train, { batchSize: 32, normalize, shuffle: true, epoch })) {
        const labels = tf.oneHot(ys, 4);
        optimizer.minimize(() => tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits(xs))), -1))));
        tf.dispose([xs, ys, labels]);
      }
    }
    let correct = 0;
    for await (const { xs, ys } of batches(test, { batchSize: 64, normalize })) {
      const sum = tf.tidy(() => tf.sum(tf.equal(tf.argMax(logits(xs), -1), ys)));
      correct += (await sum.data())[0] ?? 0;
      tf.dispose([xs, ys, sum]);
    }
    optimizer.dispose();
    model.dispose();
    expect(correct / test.count).toBeGreaterThan(0.9);
  });
});
