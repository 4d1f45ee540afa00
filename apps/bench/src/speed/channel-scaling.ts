/** Time of graph and plan over two families of networks that grow in width: it should be linear in the number of channels. */
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { selectUnits } from "@secateur/pruner";
import * as tfl from "@tensorflow/tfjs-layers";
import { markdownOf } from "../report/markdown-table.ts";

export interface ScalingTime {
  readonly family: string;
  readonly width: number;
  readonly units: number;
  readonly graphMs: number;
  readonly planMs: number;
}

type Symbolic = tfl.SymbolicTensor;

const conv = (filters: number, x: Symbolic): Symbolic => {
  const convolved = tfl.layers
    .conv2d({ filters, kernelSize: 1, kernelInitializer: "zeros", useBias: false })
    .apply(x);
  return tfl.layers.reLU().apply(tfl.layers.batchNormalization().apply(convolved)) as Symbolic;
};

/** Thirteen convolutions in a row and a classifier on their flattened pixels, as VGG-16. */
function chain(width: number): tfl.LayersModel {
  const inputs = tfl.input({ shape: [2, 2, 3] });
  let x = inputs;
  for (const filters of [4, 4, 8, 8, 16, 16, 16, 32, 32, 32, 32, 32, 32]) x = conv(filters * width, x);
  const flat = tfl.layers.flatten().apply(x);
  const outputs = tfl.layers.dense({ units: 10, kernelInitializer: "zeros" }).apply(flat) as Symbolic;
  return tfl.model({ inputs, outputs });
}

/** Three blocks of twelve layers, each of which reads all before it in its block, as DenseNet. */
function dense(width: number): tfl.LayersModel {
  const inputs = tfl.input({ shape: [2, 2, 3] });
  let x = conv(8 * width, inputs);
  for (let block = 0; block < 3; block++) {
    for (let layer = 0; layer < 12; layer++)
      x = tfl.layers.concatenate().apply([x, conv(4 * width, conv(8 * width, x))]) as Symbolic;
    x = conv(16 * width, x);
  }
  const pooled = tfl.layers.globalAveragePooling2d({}).apply(x);
  const outputs = tfl.layers.dense({ units: 10, kernelInitializer: "zeros" }).apply(pooled) as Symbolic;
  return tfl.model({ inputs, outputs });
}

const families: Readonly<Record<string, (width: number) => tfl.LayersModel>> = { chain, dense };

/** The fastest of several runs, after one that is not counted. */
export function measureScaling(widths: readonly number[], repeats: number): readonly ScalingTime[] {
  return Object.entries(families).flatMap(([family, build]) =>
    widths.map((width) => {
      const model = build(width);
      const times = Array.from({ length: repeats + 1 }, () => measure(model)).slice(1);
      disposeModel(model);
      return {
        family,
        width,
        units: times[0]?.units ?? 0,
        graphMs: Math.min(...times.map(({ graphMs }) => graphMs)),
        planMs: Math.min(...times.map(({ planMs }) => planMs)),
      };
    }),
  );
}

function measure(model: tfl.LayersModel): Omit<ScalingTime, "family" | "width"> {
  const start = performance.now();
  const graph = buildDependencyGraph(model);
  const built = performance.now();
  let seed = 1;
  const scores = new Map(
    graph.groups.map(({ id, unitCount }) => [
      id,
      Float32Array.from({ length: unitCount }, () => (seed = (seed * 16807) % 2147483647)),
    ]),
  );
  const scored = performance.now();
  selectUnits(graph, scores, { macs: 0.5 });
  const units = graph.groups.reduce((sum, { unitCount }) => sum + unitCount, 0);
  return { units, graphMs: built - start, planMs: performance.now() - scored };
}

export function formatScaling(times: readonly ScalingTime[]): string {
  const body = times.map(({ family, width, units, graphMs, planMs }) => [
    family,
    `×${width}`,
    String(units),
    graphMs.toFixed(1),
    planMs.toFixed(1),
    ((1000 * (graphMs + planMs)) / units).toFixed(1),
  ]);
  return markdownOf(["family", "width", "units", "graph ms", "plan ms", "µs/unit"], body);
}
