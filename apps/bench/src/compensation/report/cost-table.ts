/** The cost of a refit beside that of a training step on the same engine. */
import { fixedText } from "../../report/decimals.ts";
import { markdownOf } from "../../report/markdown-table.ts";
import type { CompensationMeasurements } from "../measurements.ts";

const head = [
  "network",
  "step, images",
  "step, s",
  "refit, images",
  "refit, s",
  "refit / step",
  "step, MiB",
  "refit, MiB",
  "refit / step, MiB",
];

/** One section, or none where nothing was timed. */
export function costTable({
  config,
  cost,
}: CompensationMeasurements): readonly { readonly title: string; readonly text: string }[] {
  const body = config.cost.flatMap((network) => {
    const of = (task: string) => cost.find((each) => each.network === network && each.task === task);
    const [step, refit] = [of("train"), of("compensate")];
    if (step === undefined || refit === undefined) return [];
    return [
      [
        network,
        String(step.images),
        fixedText(step.seconds, 3),
        String(refit.images),
        fixedText(refit.seconds, 2),
        (refit.seconds / step.seconds).toFixed(1),
        String(step.megabytes),
        String(refit.megabytes),
        (refit.megabytes / Math.max(step.megabytes, 1)).toFixed(2),
      ],
    ];
  });
  if (body.length === 0) return [];
  const note =
    "Least squares where every third unit is removed, as a whole: both networks run, layers are fitted, outputs are compared. Medians, each task in a process of its own. Memory: the largest resident memory beyond that of the libraries and the network.";
  return [{ title: "Cost", text: `${markdownOf(head, body)}\n\n${note}` }];
}
