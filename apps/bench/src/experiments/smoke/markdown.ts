/** The findings of `bench:imagenet --smoke` for the terminal. */
import { markdownOf } from "../../report/markdown-table.ts";
import type { SmokeReport } from "./report.ts";

/** Relative difference of two engines' numbers that rounding explains. */
const tolerance = 1e-3;

export function smokeMarkdown({ machine, engine, checks, networks }: SmokeReport): string {
  const rows = networks.flatMap(({ network, steps, failure }) => [
    ...steps.map(({ batch, stepMs, residentBytes, gpuBytes }) => [
      network,
      String(batch),
      (stepMs / batch).toFixed(1),
      gigabytes(residentBytes),
      gpuBytes === null ? "–" : gigabytes(gpuBytes),
    ]),
    ...(failure === null ? [] : [[`${network}: ${failure}`, "–", "–", "–", "–"]]),
  ]);
  return [
    `Engine: ${engine ?? "none"}. GPUs: ${machine.gpus.length === 0 ? "none" : machine.gpus.join("; ")}.`,
    checkSentence(checks),
    markdownOf(["Network", "Batch", "ms per image", "Memory (GB)", "GPU memory (GB)"], rows),
  ].join("\n\n");
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

/** Whether a step of a whole network gives the same numbers on both engines, and again after another batch size. */
export function checkSentence(checks: SmokeReport["checks"]): string {
  const failed = checks.find(({ numbers }) => numbers === null);
  if (failed !== undefined) return `A step could not be computed on ${failed.engine}: ${failed.failure}`;
  const [first, second] = checks;
  if (first?.numbers == null) return "No step was computed.";
  const { numbers } = first;
  const isSame = (a: number, b: number): boolean => Math.abs(a - b) <= tolerance * Math.abs(b);
  const sentences = isSame(numbers.lossAgain, numbers.loss)
    ? ["Batches of mixed sizes: correct."]
    : [
        `Batches of mixed sizes: WRONG, the loss was ${numbers.loss} and is ${numbers.lossAgain} after another size.`,
      ];
  if (second?.numbers == null) return sentences.join(" ");
  const other = second.numbers;
  const isEqual = isSame(numbers.loss, other.loss) && isSame(numbers.gradientNorm, other.gradientNorm);
  const words = `loss ${numbers.loss} and ${other.loss}, norm of the gradients ${numbers.gradientNorm} and ${other.gradientNorm}`;
  return [
    ...sentences,
    `${first.engine} against ${second.engine}: ${isEqual ? "equal" : "DIFFERENT"} (${words}).`,
  ].join(" ");
}
