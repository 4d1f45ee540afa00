/** What the compensation study adds of its own to the choice of units and images. */
import { createModel } from "@secateur/models";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { firstClasses } from "../src/compensation/first-classes.ts";
import { withOwnLabels } from "../src/compensation/own-labels.ts";

describe("withOwnLabels", () => {
  it("replaces labels by the predicted classes and disposes them", async () => {
    const model = createModel("lenet3", { seed: 0 });
    const xs = tf.randomNormal([6, 32, 32, 3], 0, 1, "float32", 1);
    const outputs = model.predict(xs) as tf.Tensor2D;
    const rows = await outputs.array();
    const ys = tf.zeros([6], "int32");
    for await (const batch of withOwnLabels(model, [{ xs, ys }])) {
      const [labels] = [batch.ys].flat();
      expect([...((await labels?.data()) ?? [])]).toEqual(rows.map((row) => row.indexOf(Math.max(...row))));
      expect(labels?.dtype).toBe("int32");
      tf.dispose(batch.ys);
    }
    expect(ys.isDisposed).toBe(true);
    tf.dispose([xs, outputs]);
    model.dispose();
  });
});

describe("firstClasses", () => {
  it("keeps the images of the first half of the classes in their order", () => {
    const labels = Uint8Array.from([3, 0, 2, 1, 0]);
    const images = Uint8Array.from({ length: 5 * 4 }, (_, i) => i);
    const set = firstClasses({ images, labels, count: 5, shape: [2, 2, 1] }, 0.5);
    expect(set.count).toBe(3);
    expect([...set.labels]).toEqual([0, 1, 0]);
    expect([...set.images]).toEqual([4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 19]);
  });
});
