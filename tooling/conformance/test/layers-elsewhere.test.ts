/**
 * A pruned network with every layer class is saved, and a process that imports tfjs alone loads it: on the cpu engine, since
 * tfjs's own wasm kernels compute convolutions over three axes wrongly.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { outputsElsewhere, type SavedOutputs, saveTo } from "@repo/testing/load-elsewhere";
import { randomizeWeights } from "@repo/testing/random-architecture";
import { randomUnits } from "@repo/testing/random-plan";
import { buildDependencyGraph, supportedLayers } from "@secateur/dependency-graph";
import { disposeModel, type LayerClass } from "@secateur/model-graph";
import { applyPlan, createPlan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import { expect, it } from "vitest";
import { buildLayerNetwork, layerNetworks } from "./layer-networks.ts";
import { recurrentNetworks } from "./recurrent-networks.ts";

interface Network {
  readonly className: LayerClass;
  readonly name: string;
  readonly build: () => tfl.LayersModel;
}

const networks: readonly Network[] = [
  ...supportedLayers.flatMap((className) =>
    (layerNetworks[className] ?? [])
      .filter(({ pins }) => !pins?.includes("wasm engine does wrongly")) // outputs here are not those of cpu
      .map((network, i) => ({ className, name: `network ${i}`, build: () => buildLayerNetwork(network) })),
  ),
  ...recurrentNetworks,
];

it("every class that can be in a graph is among the networks", () => {
  const classes = new Set(networks.map(({ className }) => className));
  expect(supportedLayers.filter((name) => !classes.has(name))).toEqual(["Resizing", "RandomWidth"]);
});

it("every layer class that can be in a graph: pruned networks have equal outputs in a process with tfjs alone", async () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "secateur-layers-"));
  try {
    const saved = new Map<string, SavedOutputs>();
    for (const { className, name, build } of networks) {
      const folder = path.join(directory, `${className}, ${name}`);
      saved.set(folder, await savePruned(build(), folder));
    }
    const elsewhere = await outputsElsewhere([...saved.keys()], { engine: "cpu" });
    for (const [i, [folder, here]] of [...saved].entries()) {
      const name = path.basename(folder);
      const [expected, actual] = [here, elsewhere[i]].map((each) => each?.outputs.flat() ?? []);
      expect(Math.max(...(expected ?? []).map(Math.abs)), name).toBeGreaterThan(0);
      expect(actual, name).toBeAllClose(expected ?? [], { rtol: 1e-3, atol: 1e-5 });
    }
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});

/** Removes about half of the units, and disposes the model. */
async function savePruned(model: tfl.LayersModel, folder: string): Promise<SavedOutputs> {
  randomizeWeights(model, 5);
  const graph = buildDependencyGraph(model);
  const plan = createPlan(graph, randomUnits(graph, [0.2, 0.9], 0.5));
  expect(Object.keys(plan.remove), folder).not.toEqual([]);
  const smaller = applyPlan(model, plan, { graph });
  const outputs = await saveTo(folder, smaller);
  for (const each of [model, smaller]) disposeModel(each);
  return outputs;
}
