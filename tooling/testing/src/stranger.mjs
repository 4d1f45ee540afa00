/** A process without any of our packages: loads a saved model with stock tfjs, and prints its outputs as JSON. */
import fs from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-cpu";

const [directory = ""] = process.argv.slice(2);
const read = (name) => JSON.parse(fs.readFileSync(path.join(directory, name), "utf8"));
const weightData = new Uint8Array(fs.readFileSync(path.join(directory, "weights.bin"))).buffer;
const model = await tfl.loadLayersModel(tf.io.fromMemory({ ...read("model.json"), weightData }));
const inputs = read("inputs.json").map(({ values, shape }) => tf.tensor(values, shape));
const outputs = [model.predict(inputs)].flat();
console.log(JSON.stringify(outputs.map((y) => Array.from(y.dataSync()))));
