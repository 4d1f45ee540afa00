/**
 * Networks that others trained and published: nsfwjs (npm, downloaded into the cache once) and MobileNet v1 of the tfjs
 * examples, as far as they are within reach. tfjs's own loader is the reference.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { npmPackage, nsfwFiles } from "@repo/testing/npm-package";
import {
  loadModel,
  modelBytes,
  quantizationOf,
  saveModel,
  UnsupportedModelError,
} from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";

const nsfwjs = "nsfwjs@4.3.0";
const mobilenet = path.resolve(import.meta.dirname, "../../../../shared/models/mobilenet_v1_025_224");

const nsfwjsFolder = (await npmPackage(nsfwjs)) ?? "";

function logits(model: tfl.LayersModel): Float32Array {
  return tf.tidy(() => {
    const [, ...shape] = model.inputs.flatMap((input) => input.shape) as number[];
    return (
      model.predict(tf.randomUniform([1, ...shape], 0, 1, "float32", 3)) as tf.Tensor
    ).dataSync<"float32">();
  });
}

async function expectAsByTfjs(model: tfl.LayersModel, handler: tf.io.IOHandler): Promise<void> {
  const reference = await tfl.loadLayersModel(handler);
  expect(logits(model)).toEqual(logits(reference));
  disposeModel(reference);
}

describe.skipIf(nsfwjsFolder === "")(nsfwjs, () => {
  /** InceptionV3 has 22 million parameters. */
  const names = process.env["SECATEUR_TEST_LARGE"] ? ["mobilenet_v2", "inception_v3"] : ["mobilenet_v2"];

  it.each(names)("%s: as tfjs loads it, and no larger when it is saved again", async (name) => {
    const files = await nsfwFiles(nsfwjsFolder, name);
    const model = await loadModel(files);
    const [json, ...shards] = files as [File, ...File[]];
    const { weightsManifest, ...rest } = JSON.parse(await json.text());
    const weightSpecs = weightsManifest.flatMap(({ weights }: { weights: object[] }) => weights);
    const weightData = await Promise.all(shards.map((shard) => shard.arrayBuffer()));
    await expectAsByTfjs(model, tf.io.fromMemory({ ...rest, weightSpecs, weightData }));
    expect(quantizationOf(model)).toBe("uint8");
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const saved = await modelBytes(model, { quantize: quantizationOf(model) });
    expect(Math.abs(saved / size - 1)).toBeLessThan(0.02);
    disposeModel(model);
  });

  it("mobilenet_v2_mid, a graph model, is refused", async () => {
    await expect(loadModel(await nsfwFiles(nsfwjsFolder, "mobilenet_v2_mid"))).rejects.toThrow(
      UnsupportedModelError,
    );
  });
});

if (!fs.existsSync(mobilenet)) console.warn(`SKIPPED: MobileNet v1, which is not in ${mobilenet}`);
it.skipIf(!fs.existsSync(mobilenet))("MobileNet v1: 55 files, and two when it is saved again", async () => {
  const model = await loadModel(mobilenet);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "model-files-"));
  await saveModel(model, folder);
  expect(fs.readdirSync(folder).sort()).toEqual(["group1-shard1of1.bin", "model.json"]);
  const again = await loadModel(folder);
  expect(logits(again)).toEqual(logits(model));
  expect(model.countParams()).toBe(475_544);
  fs.rmSync(folder, { recursive: true });
  disposeModel(again);
  disposeModel(model);
});
