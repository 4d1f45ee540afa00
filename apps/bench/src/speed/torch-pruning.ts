/** The same work in Torch-Pruning, where installed: its graph, the list of its groups, one global step to half of the channels. */

import { markdownOf } from "../report/markdown-table.ts";
import { compare } from "./compare.ts";
import type { ContenderSpec, PruningParts } from "./contender.ts";
import type { GraphTime } from "./graph-and-surgery.ts";

export interface TorchPruningTime {
  readonly model: string;
  /** The times, or the reason why there are none. */
  readonly parts: PruningParts | string;
}

/** Names of the networks in torchvision. */
const torchNames: Readonly<Record<string, string>> = {
  resnet50: "resnet50",
  resnet101: "resnet101",
  densenet201: "densenet201",
  "mobilenet-v2": "mobilenet_v2",
};

export async function measureTorchPruning(
  models: readonly string[],
  onTurn: (name: string) => void,
): Promise<readonly TorchPruningTime[]> {
  const times: TorchPruningTime[] = [];
  for (const model of models) {
    const network = torchNames[model];
    if (network === undefined) continue;
    const spec: ContenderSpec = {
      name: `Torch-Pruning, ${model}`,
      runtime: "python",
      task: { task: "prune", network },
    };
    const [measured] = await compare([spec], { rounds: 1, repetitions: 2, onTurn });
    const answer = measured?.answer ?? "";
    times.push({
      model,
      parts: typeof answer === "string" ? answer : (answer.parts ?? "no times were reported"),
    });
  }
  return times;
}

export function formatBeside(graphs: readonly GraphTime[], others: readonly TorchPruningTime[]): string {
  const body = others.map(({ model, parts }) => {
    const own = graphs.find((each) => each.model === model);
    const ownMs = own === undefined ? Number.NaN : own.graphMs + own.planMs + own.surgeryMs;
    if (typeof parts === "string") return [model, ownMs.toFixed(0), `not available: ${parts}`, "", "", ""];
    const { graph, groups, step } = parts;
    const total = graph + groups + step;
    return [
      model,
      ...[ownMs, graph, groups, step].map((ms) => ms.toFixed(0)),
      `${(total / ownMs).toFixed(1)}×`,
    ];
  });
  return markdownOf(
    [
      "network",
      "Secateur: graph, plan, surgery, ms",
      "Torch-Pruning: graph, ms",
      "list groups, ms",
      "step, ms",
      "time, Secateur = 1",
    ],
    body,
  );
}
