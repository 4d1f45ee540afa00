/** Models that Keras 2 and 3 and tfjs-converter wrote, compared with Keras's outputs. See `fixtures/make-fixtures.py`. */
import fs from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { saveAndLoad } from "@repo/testing/save-and-load";
import { loadModel, quantizationOf } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";

const folder = path.join(import.meta.dirname, "fixtures");
const expected: Readonly<Record<string, readonly (readonly number[])[]>> = JSON.parse(
  fs.readFileSync(path.join(folder, "outputs.json"), "utf8"),
);

const fixture = (name: string): Buffer<ArrayBuffer> =>
  Buffer.from(gunzipSync(fs.readFileSync(path.join(folder, `${name}.gz`))));

/** Inputs as in make-fixtures.py. */
function outputs(model: tfl.LayersModel): number[][] {
  return tf.tidy(() => {
    const inputs = model.inputs.map(({ shape, dtype }) => {
      const sizes = [2, ...shape.slice(1)] as number[];
      const values = Array.from({ length: tf.util.sizeFromShape(sizes) }, (_, i) =>
        dtype === "int32" ? i % 7 : Math.sin(i),
      );
      return tf.tensor(values, sizes, dtype);
    });
    return [model.predict(inputs)].flat().map((y) => Array.from(y.dataSync()));
  });
}

function chosen(name: string): File[] {
  if (!name.endsWith(".json")) return [new File([fixture(name)], name)];
  const files = JSON.parse(fixture(name).toString());
  return [
    new File([JSON.stringify(files["model.json"])], "model.json"),
    new File([Buffer.from(files["group1-shard1of1.bin"], "base64")], "group1-shard1of1.bin"),
  ];
}

/** The converter's own rounding of 8-bit weights is coarse. */
const tolerances: Readonly<Record<string, number>> = {
  "converted-uint8.json": 0.1,
  "converted-uint16.json": 1e-3,
  "converted-float16.json": 3e-3,
};

it.each(Object.keys(expected))("%s: Keras's outputs", async (name) => {
  const model = await loadModel(chosen(name));
  for (const [i, values] of outputs(model).entries())
    expect(values).toBeAllClose(expected[name]?.[i] ?? [], { rtol: 1e-5, atol: tolerances[name] ?? 1e-5 });
  const [, quantization] = /converted-(u?\w+\d)\.json/.exec(name) ?? [];
  expect(quantizationOf(model)).toBe(quantization === "float32" ? undefined : quantization);
  disposeModel(model);
});

it.each(["keras3-images.keras", "keras2-images.h5", "keras3-sequential.h5"])(
  "%s: saved, tfjs alone loads it",
  async (name) => {
    const model = await loadModel(chosen(name));
    const again = await saveAndLoad(model);
    expect(outputs(again)).toEqual(outputs(model));
    disposeModel(again);
    disposeModel(model);
  },
);
