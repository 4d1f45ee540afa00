/** A training step compared with the peak rate of the machine, that of a product of large matrices. */
import type { Measured } from "./compare.ts";

/** One forward pass, and two backward ones, for inputs and for weights. */
const passes = 3;

const flopsPerMac = 2;

/**
 * @param step - Secateur's own training step.
 * @param product - Of large matrices, measured in the same run.
 */
export function formatArithmetic(step: Measured | undefined, product: Measured | undefined): string {
  const [stepMacs, productMacs] = [macsOf(step), macsOf(product)];
  if (!step?.ms || !product?.ms || stepMacs === null || productMacs === null) return "";
  const gflop = (passes * flopsPerMac * stepMacs) / 1e9;
  const rate = (flopsPerMac * productMacs) / 1e6 / product.ms;
  const leastMs = (1e3 * gflop) / rate;
  const share = ((100 * leastMs) / step.ms).toFixed(0);
  return [
    `The step takes ${gflop.toFixed(1)} GFLOP of multiply-adds, backward passes included.`,
    `At the ${rate.toFixed(0)} GFLOP/s that a large matrix product reaches, that is ${leastMs.toFixed(0)} ms,`,
    `or ${share} % of Secateur's measured step.`,
  ].join(" ");
}

/** Multiply-adds per repetition. */
function macsOf(measured: Measured | undefined): number | null {
  const answer = measured?.answer;
  return typeof answer === "object" ? (answer.macs ?? null) : null;
}
