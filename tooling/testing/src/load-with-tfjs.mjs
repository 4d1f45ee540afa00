/**
 * A process that imports tfjs and nothing of ours: on the engine that its first argument names, loads the saved models whose
 * directories are the others, and prints their outputs on a fixed input as JSON, see `load-elsewhere.ts`.
 */
import fs from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";

const [engine, ...directories] = process.argv.slice(2);
await tf.setBackend(engine);

async function outputsOf(directory, file) {
  const { modelTopology, weightsManifest } = JSON.parse(fs.readFileSync(path.join(directory, file), "utf8"));
  const shards = weightsManifest.flatMap(({ paths }) => paths);
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const weightData = shards.map(
    (shard) => new Uint8Array(fs.readFileSync(path.join(directory, shard))).buffer,
  );
  const model = await tfl.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  const inputs = model.inputs.map((symbol) => {
    const shape = symbol.shape.slice(1).map((size) => size ?? 16);
    const batchShape = [symbol.shape[0] ?? 1, ...shape];
    const length = tf.util.sizeFromShape(batchShape);
    const values = Float32Array.from({ length }, (_, i) => Math.sin(i));
    return tf.tensor(values, batchShape);
  });
  const outputs = [model.predict(inputs)].flat();
  const values = outputs.map((y) => Array.from(y.dataSync()));
  tf.disposeVariables();
  return values;
}

const all = [];
for (const directory of directories) {
  const outputs = await outputsOf(directory, "model.json");
  const hasLinear = fs.existsSync(path.join(directory, "linear.json"));
  all.push({ outputs, linear: hasLinear ? await outputsOf(directory, "linear.json") : [] });
}
fs.writeSync(1, `\n${JSON.stringify(all)}\n`);
