/** Fine-tunes a pruned network, with the unpruned one as teacher where the settings say so, and logs its loss. */
import { type Batches, distillation, fit, withTeacher } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { recipeFor } from "../recipe.ts";
import type { Cell } from "../results.ts";
import type { JobEvent } from "./job.ts";
import { lossCurve } from "./train-network.ts";
import type { PruneContext, TrainedNetwork } from "./trained-network.ts";

/** `config.finetune` epochs, which may be a fraction, as equal parts of at most one epoch. */
export async function* fineTune(
  model: tfl.LayersModel,
  { config: { finetune, distill, model: name }, data }: PruneContext,
  { graph, normalization }: TrainedNetwork,
  cell: Pick<Cell, "seed" | "criterion" | "ratio">,
  note: string,
): AsyncGenerator<JobEvent> {
  const { batchSize, fineTuning } = recipeFor(name);
  const { optimizer, schedule } = fineTuning();
  const epochs = Math.ceil(finetune);
  const stepsPerEpoch = Math.max(1, Math.round((finetune * data.stepsPerEpoch) / epochs));
  const curve = lossCurve(stepsPerEpoch, 8);
  const labelled = data.training(cell.seed + 100, normalization);
  const batches = (epoch: number): Batches =>
    distill ? withTeacher(graph.model, labelled(epoch)) : labelled(epoch);
  const loss = distill ? distillation() : undefined;
  for await (const event of fit(model, batches, { epochs, optimizer, schedule, stepsPerEpoch, loss })) {
    if (event.type !== "step") continue;
    const point = curve(event.epoch, event.step, event.loss, event.accuracy);
    if (point !== null) {
      const epoch = (point.epoch * stepsPerEpoch) / data.stepsPerEpoch;
      yield { type: "log", event: { type: "fine-tuning", point: { ...cell, ...point, epoch } } };
    }
    yield { type: "work", amount: batchSize, note };
  }
  optimizer.dispose();
}
