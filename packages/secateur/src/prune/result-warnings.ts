/** What a user should know before relying on the smaller network. */
import { counted, percent } from "../numbers.ts";
import type { PruneSummary } from "./result.ts";

/** Below this share of equal first classes the networks are not interchangeable. */
const enoughAgreement = 0.9;

/** Scores and repair of fewer images follow these images more than the network's task. */
const enoughImages = 50;

export function resultWarnings({
  outputs,
  images,
}: Pick<PruneSummary, "outputs" | "images">): readonly string[] {
  const warnings: string[] = [];
  const total = images.used + images.held;
  if (total < enoughImages)
    warnings.push(
      `${counted(total, "image")} ${total === 1 ? "is" : "are"} few: scores, repair and comparison depend on them; give a hundred or more.`,
    );
  const agreements = outputs.flatMap(({ agreement }) => agreement ?? []);
  const lowest = Math.min(...agreements);
  if (lowest < enoughAgreement)
    warnings.push(
      `the smaller network chooses another first class for ${percent(1 - lowest)} of the images that were held back: remove less, ` +
        "give more images, or train it with --finetune.",
    );
  return warnings;
}
