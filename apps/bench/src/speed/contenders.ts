/** The contenders: our training step on each engine, that of tfjs-layers, and PyTorch, default and tuned. */
import type { ModelName } from "@secateur/models";
import type { ContenderSpec } from "./contender.ts";
import type { NodeTask, Task } from "./node-contender.ts";

export interface Workload {
  readonly network: ModelName;
  readonly batch: number;
  /** Steps per turn. */
  readonly repetitions: number;
  /** On images of 224 × 224 a step takes minutes on wasm, and 11 GB in tfjs-layers. */
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

/** The peak rate of the machine; not shown in tables. */
export const product = "a product of large matrices";

/** Settings of glibc: keep freed memory instead of returning it to the system after every step. */
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
    { ...inNode(ours, "tensorflow", "train", workload), ours: true },
    ...(workload.isSmall
      ? [
          {
            ...inNode("tfjs-layers, native, accelerate()", "tensorflow", "accelerated", workload),
            ours: true,
          },
          inNode(stock, "tensorflow", "stock", workload),
          { ...inNode("Secateur, wasm", "wasm", "train", workload), ours: true },
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

/** The reference for the cost of scoring. */
export const plainStep = "no criterion";

export function scorers(workload: Workload, engine: NodeTask["engine"]): readonly ContenderSpec[] {
  return [
    inNode(plainStep, engine, "train", workload),
    inNode("Taylor gate", engine, "score-gate", workload),
    inNode("all seven first-order criteria", engine, "score-all", workload),
  ];
}
