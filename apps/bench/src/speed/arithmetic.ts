/** How near a training step is to what the machine can do at all: the rate at which it multiplies large matrices. */
import type { Measured } from "./compare.ts";

/** Forward once; back once for the inputs and once for the weights. */
const passes = 3;

const flopsPerMac = 2;

/** @param product of large matrices, measured in the same run. */
export function formatArithmetic(step: Measured | undefined, product: Measured | undefined): string {
  const [stepMacs, productMacs] = [macsOf(step), macsOf(product)];
  if (!step?.ms || !product?.ms || stepMacs === null || productMacs === null) return "";
  const gflop = (passes * flopsPerMac * stepMacs) / 1e9;
  const rate = (flopsPerMac * productMacs) / 1e6 / product.ms;
  const leastMs = (1e3 * gflop) / rate;
  return [
    `The step multiplies and adds ${gflop.toFixed(1)} GFLOP, back included.`,
    `At the ${rate.toFixed(0)} GFLOP/s of a product of large matrices this alone takes ${leastMs.toFixed(0)} ms,`,
    `${((100 * leastMs) / step.ms).toFixed(0)} % of what ${step.name} takes.`,
  ].join(" ");
}

/** Multiply-adds of a repetition, as the contender tells them. */
function macsOf(measured: Measured | undefined): number | null {
  const answer = measured?.answer;
  return typeof answer === "object" && typeof answer["macs"] === "number" ? answer["macs"] : null;
}
