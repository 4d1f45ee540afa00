/** Tests a network and reports progress after every minibatch: on ImageNet a test takes minutes. */
import { evaluate } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BatchSource } from "../../inputs/batch-source.ts";
import type { Normalization } from "../../inputs/normalization.ts";
import { evaluationCost, type JobEvent } from "./job.ts";

/** Shares of the test images, 0..1. */
export interface Tested {
  readonly loss: number;
  readonly accuracy: number;
  /** The label is among the five most probable classes; null for networks of few classes. */
  readonly top5: number | null;
  /** The most probable class is that of the unpruned network; null for that network, and in runs that did not keep its classes. */
  readonly agreement: number | null;
}

/** With fewer classes, five of them are a large share. */
const fewestClassesForTop5 = 50;

/** The test images, and what the unpruned network takes them for. */
export interface TestImages {
  readonly data: Pick<BatchSource, "test">;
  readonly normalization: Normalization;
  /** [test images]; null where they are not known. */
  readonly classes: Int32Array | null;
}

/** @returns the results, and the most probable class of every test image. */
export async function* testNetwork(
  model: tfl.LayersModel,
  { data, normalization, classes }: TestImages,
  note: string,
): AsyncGenerator<JobEvent, { readonly tested: Tested; readonly classes: Int32Array }> {
  const topK = Number(model.outputs[0]?.shape.at(-1)) < fewestClassesForTop5 ? undefined : 5;
  const sums = { loss: 0, accuracy: 0, top5: 0, count: 0 };
  const predicted: number[] = [];
  for await (const batch of data.test(normalization)) {
    const part = await evaluate(model, [batch], { topK, predictions: true });
    sums.loss += part.loss * part.count;
    sums.accuracy += part.accuracy * part.count;
    sums.top5 += (part.topKAccuracy ?? 0) * part.count;
    sums.count += part.count;
    predicted.push(...(part.predictions ?? []));
    yield { type: "work", amount: part.count * evaluationCost, note };
  }
  const { count } = sums;
  const equal = classes === null ? null : predicted.filter((each, i) => each === classes[i]).length;
  return {
    tested: {
      loss: sums.loss / count,
      accuracy: sums.accuracy / count,
      top5: topK === undefined ? null : sums.top5 / count,
      agreement: equal === null ? null : equal / count,
    },
    classes: Int32Array.from(predicted),
  };
}
