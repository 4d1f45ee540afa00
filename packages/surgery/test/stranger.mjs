/** A process without Secateur: loads a saved model with stock tfjs and prints its outputs as JSON. */
import fs from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-cpu";

const [directory = "", shapeText = "[]"] = process.argv.slice(2);
const shape = JSON.parse(shapeText);
const { modelTopology, weightSpecs } = JSON.parse(
  fs.readFileSync(path.join(directory, "model.json"), "utf8"),
);
const weightData = new Uint8Array(fs.readFileSync(path.join(directory, "weights.bin"))).buffer;
const model = await tfl.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
const input = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i));
const outputs = [model.predict(tf.tensor(input, [1, ...shape]))].flat();
console.log(JSON.stringify(outputs.map((y) => Array.from(y.dataSync()))));
