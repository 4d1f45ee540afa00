/** How far the outputs of two networks agree on the same images. */
import type * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";

export interface OutputComparison {
  readonly name: string;
  /** Share of predictions whose first class is the same, 0..1; null where outputs are not probabilities of classes. */
  readonly agreement: number | null;
  readonly meanDifference: number;
  readonly largestDifference: number;
  /** Share of correct first classes, before and after; null without labels. */
  readonly accuracy: readonly [before: number, after: number] | null;
}

/** Sums over minibatches, of one output. */
interface Totals {
  rows: number;
  agreeing: number;
  isDistribution: boolean;
  numbers: number;
  difference: number;
  largest: number;
  correct: [before: number, after: number];
}

export interface LabelledInputs {
  /** `[batch, height, width, channels]`; disposed after use. */
  readonly xs: tf.Tensor;
  /** `[batch]`, the classes; null without labels. */
  readonly labels: readonly number[] | null;
}

/** @param batches - Each is disposed after use. @returns One comparison per output. */
export async function compareOutputs(
  original: tfl.LayersModel,
  smaller: tfl.LayersModel,
  batches: Iterable<LabelledInputs>,
): Promise<readonly OutputComparison[]> {
  const totals = original.outputs.map(newTotals);
  let hasLabels = false;
  for (const { xs, labels } of batches) {
    const [before, after] = [await outputsOf(original, xs), await outputsOf(smaller, xs)];
    xs.dispose();
    hasLabels ||= labels !== null;
    for (const [i, total] of totals.entries()) {
      const [a, b] = [before[i], after[i]];
      if (a !== undefined && b !== undefined) addOutputs(total, a, b, labels);
    }
  }
  return totals.map((total, i) => ({
    name: original.outputNames[i] ?? `output ${i + 1}`,
    agreement: total.isDistribution ? total.agreeing / total.rows : null,
    meanDifference: total.difference / total.numbers,
    largestDifference: total.largest,
    accuracy: hasLabels ? [total.correct[0] / total.rows, total.correct[1] / total.rows] : null,
  }));
}

/** Mean probability of the first class; null where the first output is not a distribution over classes. */
export async function topProbability(model: tfl.LayersModel, xs: tf.Tensor): Promise<number | null> {
  const [output] = await outputsOf(model, xs);
  if (output === undefined) return null;
  const rows = rowsOf(output);
  if (!rows.every(isDistribution)) return null;
  return rows.reduce((sum, row) => sum + Math.max(...row), 0) / rows.length;
}

interface Output {
  readonly values: Float32Array;
  /** Numbers on the last axis. */
  readonly width: number;
}

async function outputsOf(model: tfl.LayersModel, xs: tf.Tensor): Promise<readonly Output[]> {
  const tensors = [model.predict(xs, { batchSize: xs.shape[0] ?? 1 })].flat();
  const outputs: Output[] = [];
  for (const tensor of tensors) {
    outputs.push({
      values: Float32Array.from(await tensor.data()),
      width: tensor.rank < 2 ? 1 : (tensor.shape.at(-1) ?? 1),
    });
    tensor.dispose();
  }
  return outputs;
}

const newTotals = (): Totals => ({
  rows: 0,
  agreeing: 0,
  isDistribution: true,
  numbers: 0,
  difference: 0,
  largest: 0,
  correct: [0, 0],
});

function addOutputs(total: Totals, before: Output, after: Output, labels: readonly number[] | null): void {
  const [rowsBefore, rowsAfter] = [rowsOf(before), rowsOf(after)];
  for (const [i, row] of rowsBefore.entries()) {
    const other = rowsAfter[i] ?? new Float32Array();
    const [first, second] = [argMax(row), argMax(other)];
    total.rows++;
    total.agreeing += Number(first === second);
    total.isDistribution &&= isDistribution(row);
    total.correct[0] += Number(first === labels?.[i]);
    total.correct[1] += Number(second === labels?.[i]);
  }
  for (const [i, value] of before.values.entries()) {
    const difference = Math.abs(value - (after.values[i] ?? Number.NaN));
    total.difference += difference;
    if (!(difference <= total.largest)) total.largest = difference; // NaN shows
  }
  total.numbers += before.values.length;
}

function rowsOf({ values, width }: Output): readonly Float32Array[] {
  return Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width));
}

/** At least two numbers from 0 on that add up to 1. */
function isDistribution(row: Float32Array): boolean {
  const sum = row.reduce((a, b) => a + b, 0);
  return row.length > 1 && Math.abs(sum - 1) < 1e-3 && row.every((value) => value >= -1e-6);
}

function argMax(row: Float32Array): number {
  return row.reduce((best, value, i) => (value > (row[best] ?? Number.NEGATIVE_INFINITY) ? i : best), 0);
}
