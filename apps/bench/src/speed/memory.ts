/** Memory over many training steps: tensors, and the resident memory of the process. It should stay constant. */

import { markdownOf } from "../report/markdown-table.ts";
import { startContender } from "./contender.ts";
import type { NodeTask } from "./node-contender.ts";

export interface MemorySample {
  readonly step: number;
  readonly tensors: number;
  readonly tensorBytes: number;
  readonly residentMegabytes: number;
}

const samples = 10;

/** ResNet-20 with small batches: as many operations per step as with large ones, but faster. */
export async function measureMemory(
  engine: NodeTask["engine"],
  steps: number,
  onSteps: (count: number) => void,
): Promise<readonly MemorySample[]> {
  const task = { engine, task: "train", network: "resnet20", batch: 8 };
  const contender = await startContender({ name: `memory on ${engine}`, runtime: "node", task });
  try {
    const taken: MemorySample[] = [];
    const stride = Math.ceil(steps / samples);
    for (let step = stride; step <= steps; step += stride) {
      const { tensors = 0, tensorBytes = 0, residentMegabytes = 0 } = await contender.ask(stride);
      onSteps(stride);
      taken.push({ step, tensors, tensorBytes, residentMegabytes });
    }
    return taken;
  } finally {
    contender.stop();
  }
}

export function formatMemory(samples: readonly MemorySample[]): string {
  const body = samples.map(({ step, tensors, tensorBytes, residentMegabytes }) =>
    [step, tensors, tensorBytes, residentMegabytes].map(String),
  );
  return markdownOf(["step", "tensors", "bytes in tensors", "resident, MiB"], body);
}
