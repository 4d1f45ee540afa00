/** MobileNet v1 as tfjs publishes it: softmax, then Reshape. Scored on its own predictions, without a word about the loss. */
import { existsSync, readFileSync } from "node:fs";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { ownTargets } from "@secateur/training";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { criteria, scoreAll } from "../src/index.ts";

const folder = new URL("../../../../shared/models/mobilenet_v1_025_224/", import.meta.url);
const isThere = existsSync(new URL("model.json", folder));
if (!isThere) console.warn("skipped: MobileNet v1 is not at shared/models/mobilenet_v1_025_224");

async function mobileNet(): Promise<tfl.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(String(readFileSync(new URL("model.json", folder))));
  const groups = weightsManifest as { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  const bytes = groups.flatMap(({ paths }) => paths.map((path) => readFileSync(new URL(path, folder))));
  const weightData = Uint8Array.from(Buffer.concat(bytes)).buffer;
  const weightSpecs = groups.flatMap(({ weights }) => weights);
  return tfl.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
}

it.skipIf(!isThere)("first- and second-order criteria score it without labels", async () => {
  const model = await mobileNet();
  const xs = tf.randomUniform([2, 224, 224, 3], -1, 1, "float32", 1);
  const classes = ownTargets(model, { xs }) as tf.Tensor;
  const predicted = tf.tidy(() => tf.argMax(model.predict(xs) as tf.Tensor, 1).dataSync());
  expect([...classes.dataSync()]).toEqual([...predicted]);
  const graph = buildDependencyGraph(model);
  const all = [criteria.taylorGate(), criteria.taylorFullGradient(), criteria.obdFisher()];
  const warnings: string[] = [];
  const scores = await scoreAll(model, graph, all, [{ xs }], {
    targets: "own",
    mode: "eval",
    onWarning: (warning) => void warnings.push(warning),
  });
  for (const [name, groups] of scores) {
    const values = [...groups.values()].flatMap((group) => [...group]);
    expect(values.length, name).toBeGreaterThan(100);
    expect(Math.max(...values), name).toBeGreaterThan(0);
  }
  expect(warnings).toEqual([]);
  classes.dispose();
  disposeModel(model);
});
