/** Who is compared: our training step on each engine, tfjs-layers' own, and PyTorch as it comes and as well as it can be tuned. */
import type { ModelName } from "@secateur/models";
import type { ContenderSpec } from "./contender.ts";
import type { NodeTask, Task } from "./node-contender.ts";

export interface Workload {
  readonly network: ModelName;
  readonly batch: number;
  /** Steps of one turn. */
  readonly repetitions: number;
  /** Of pictures of 224 × 224 a step takes WebAssembly minutes, and tfjs-layers' own training 11 GB. */
  readonly isSmall: boolean;
}

export const workloads: readonly Workload[] = [
  { network: "resnet20", batch: 128, repetitions: 3, isSmall: true },
  { network: "resnet56", batch: 128, repetitions: 1, isSmall: true },
  { network: "resnet50", batch: 16, repetitions: 1, isSmall: false },
  { network: "mobilenet-v2", batch: 16, repetitions: 1, isSmall: false },
];

export const ours = "Secateur, native";
export const stock = "tfjs-layers, native, stock";
export const torch = "PyTorch, default";
export const tunedTorch = "PyTorch, allocator and channels_last";

/** What the machine can do at most, and no contender of a table. */
export const product = "a product of large matrices";

/** Of glibc, so that freed memory is not given back and touched anew at every step. */
const keepMemory = {
  MALLOC_TOP_PAD_: String(2 ** 28),
  MALLOC_MMAP_THRESHOLD_: String(2 ** 32),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 33),
} as const;

const inNode = (
  name: string,
  engine: NodeTask["engine"],
  task: Task,
  { network, batch }: Workload,
): ContenderSpec => ({
  name,
  runtime: "node",
  task: { engine, task, network, batch },
});

const inPython = (
  name: string,
  task: "train" | "evaluate",
  { network, batch }: Workload,
  layout: "default" | "channels_last",
  environment: Readonly<Record<string, string>> = {},
): ContenderSpec => ({ name, runtime: "python", task: { task, network, batch, layout }, environment });

const inPyTorch = (task: "train" | "evaluate", workload: Workload): readonly ContenderSpec[] => [
  inPython(torch, task, workload, "default"),
  inPython("PyTorch, allocator", task, workload, "default", keepMemory),
  inPython(tunedTorch, task, workload, "channels_last", keepMemory),
];

export function trainers(workload: Workload): readonly ContenderSpec[] {
  return [
    inNode(ours, "tensorflow", "train", workload),
    ...(workload.isSmall
      ? [
          inNode("tfjs-layers, native, accelerate()", "tensorflow", "accelerated", workload),
          inNode(stock, "tensorflow", "stock", workload),
          inNode("Secateur, wasm", "wasm", "train", workload),
        ]
      : []),
    ...inPyTorch("train", workload),
  ];
}

export function multiplier(workload: Workload): ContenderSpec {
  return inNode(product, "tensorflow", "multiply", workload);
}

export function evaluators(workload: Workload): readonly ContenderSpec[] {
  return [
    inNode(ours, "tensorflow", "evaluate", workload),
    ...(workload.isSmall ? [inNode("Secateur, wasm", "wasm", "evaluate", workload)] : []),
    ...inPyTorch("evaluate", workload),
  ];
}

/** What scoring adds to a training step. */
export const plainStep = "no criterion";

export function scorers(workload: Workload, engine: NodeTask["engine"]): readonly ContenderSpec[] {
  return [
    inNode(plainStep, engine, "train", workload),
    inNode("Taylor gate", engine, "score-gate", workload),
    inNode("all seven first-order criteria", engine, "score-all", workload),
  ];
}
