/**
 * The convolution gradients of the wasm backend compared with its forward convolution, on the shapes of ResNet-20
 * (CIFAR-10, batch 128). Medians of interleaved rounds. A multiply-add counts as 2 operations in GFLOP/s.
 */
import { useBackend } from "@secateur/backend";
import * as tf from "@tensorflow/tfjs-core";
import { markdownOf } from "../report/markdown-table.ts";
import { median } from "../run/median.ts";

interface ConvShape {
  readonly name: string;
  readonly size: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  /** The number of such layers in ResNet-20. */
  readonly count: number;
}

const resNet20Shapes: readonly ConvShape[] = [
  { name: "3→16, 32²", size: 32, inChannels: 3, outChannels: 16, stride: 1, count: 1 },
  { name: "16→16, 32²", size: 32, inChannels: 16, outChannels: 16, stride: 1, count: 6 },
  { name: "16→32, 32² /2", size: 32, inChannels: 16, outChannels: 32, stride: 2, count: 1 },
  { name: "32→32, 16²", size: 16, inChannels: 32, outChannels: 32, stride: 1, count: 5 },
  { name: "32→64, 16² /2", size: 16, inChannels: 32, outChannels: 64, stride: 2, count: 1 },
  { name: "64→64, 8²", size: 8, inChannels: 64, outChannels: 64, stride: 1, count: 5 },
];

export interface KernelRow {
  readonly layer: string;
  readonly count: number;
  readonly forwardMs: number;
  readonly inputGradMs: number;
  readonly filterGradMs: number;
  readonly forwardGflops: number;
  readonly inputGradGflops: number;
  readonly filterGradGflops: number;
  /** Rate of ∂x over the forward rate. */
  readonly inputGradRatio: number;
  /** Rate of ∂w over the forward rate. */
  readonly filterGradRatio: number;
}

interface MeasureOptions {
  readonly batch?: number;
  readonly rounds?: number;
}

type Pass = "forward" | "inputGrad" | "filterGrad";

interface Case extends ConvShape {
  readonly giga: number;
  readonly passes: Readonly<Record<Pass, () => tf.Tensor>>;
  readonly times: Readonly<Record<Pass, number[]>>;
  readonly tensors: readonly tf.Tensor[];
}

const prepare = (shape: ConvShape, batch: number): Case => {
  const { size, inChannels, outChannels, stride } = shape;
  const out = size / stride;
  const x = tf.randomNormal<tf.Rank.R4>([batch, size, size, inChannels], 0, 1, "float32", 1);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, inChannels, outChannels], 0, 1, "float32", 2);
  const dy = tf.randomNormal<tf.Rank.R4>([batch, out, out, outChannels], 0, 1, "float32", 3);
  const pad: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ];
  const attrs = { strides: [stride, stride], pad, dataFormat: "NHWC", dimRoundingMode: "floor" };
  const engine = tf.engine();
  return {
    ...shape,
    giga: (2 * batch * out * out * outChannels * inChannels * 9) / 1e9,
    passes: {
      forward: () => engine.runKernel(tf.Conv2D, { x, filter }, { ...attrs, dilations: [1, 1] }),
      inputGrad: () =>
        engine.runKernel(tf.Conv2DBackpropInput, { dy, filter }, { ...attrs, inputShape: x.shape }),
      filterGrad: () =>
        engine.runKernel(tf.Conv2DBackpropFilter, { x, dy }, { ...attrs, filterShape: filter.shape }),
    },
    times: { forward: [], inputGrad: [], filterGrad: [] },
    tensors: [x, filter, dy],
  };
};

const passNames: readonly Pass[] = ["forward", "inputGrad", "filterGrad"];

const timeOnce = (run: () => tf.Tensor): number => {
  const start = performance.now();
  const result = run();
  const elapsed = performance.now() - start;
  result.dispose();
  return elapsed;
};

const toRow = ({ name, count, giga, times }: Case): KernelRow => {
  const [forwardMs, inputGradMs, filterGradMs] = [
    median(times.forward),
    median(times.inputGrad),
    median(times.filterGrad),
  ];
  return {
    layer: name,
    count,
    forwardMs,
    inputGradMs,
    filterGradMs,
    forwardGflops: (giga / forwardMs) * 1e3,
    inputGradGflops: (giga / inputGradMs) * 1e3,
    filterGradGflops: (giga / filterGradMs) * 1e3,
    inputGradRatio: forwardMs / inputGradMs,
    filterGradRatio: forwardMs / filterGradMs,
  };
};

/** All convolutions of ResNet-20: times weighted by the number of layers. */
const totalOf = (cases: readonly Case[], rows: readonly KernelRow[]): KernelRow => {
  const sum = (f: (row: KernelRow) => number): number =>
    rows.reduce((total, row) => total + row.count * f(row), 0);
  const giga = cases.reduce((total, { giga: one, count }) => total + one * count, 0);
  return toRow({
    name: "all of ResNet-20",
    count: 1,
    giga,
    times: {
      forward: [sum((row) => row.forwardMs)],
      inputGrad: [sum((row) => row.inputGradMs)],
      filterGrad: [sum((row) => row.filterGradMs)],
    },
  } as Case);
};

/** One row per shape and one for all of ResNet-20. Switches to the wasm backend. */
export const measureConvKernels = async ({
  batch = 128,
  rounds = 9,
}: MeasureOptions = {}): Promise<KernelRow[]> => {
  await useBackend("wasm");
  const cases = resNet20Shapes.map((shape) => prepare(shape, batch));
  for (let round = -2; round < rounds; round++) {
    for (const { passes, times } of cases) {
      for (const pass of passNames) {
        const elapsed = timeOnce(passes[pass]);
        if (round >= 0) times[pass].push(elapsed);
      }
    }
  }
  const rows = cases.map(toRow);
  tf.dispose(cases.map(({ tensors }) => [...tensors]));
  return [...rows, totalOf(cases, rows)];
};

export function formatConvKernels(rows: readonly KernelRow[]): string {
  const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;
  const head = [
    "layer",
    "forward ms",
    "forward GFLOP/s",
    "∂x GFLOP/s",
    "∂w GFLOP/s",
    "∂x / forward",
    "∂w / forward",
  ];
  const body = rows.map((row) => [
    row.layer,
    row.forwardMs.toFixed(1),
    row.forwardGflops.toFixed(1),
    row.inputGradGflops.toFixed(1),
    row.filterGradGflops.toFixed(1),
    percent(row.inputGradRatio),
    percent(row.filterGradRatio),
  ]);
  return markdownOf(head, body);
}
