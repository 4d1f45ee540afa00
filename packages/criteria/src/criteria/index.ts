/** The built-in criteria, for instance `criteria.taylorGate()`. */
export { activationMean } from "./activation-mean.ts";
export { apoz } from "./apoz.ts";
export { bnScale } from "./bn-scale.ts";
export { bnScaleTaylor } from "./bn-scale-taylor.ts";
export { geometricMedian } from "./geometric-median.ts";
export { lamp } from "./lamp.ts";
export { obd, obdFisher, obdHutchinson } from "./obd.ts";
export { random } from "./random.ts";
export { taylorFullGradient } from "./taylor-full-gradient.ts";
export { taylorGate } from "./taylor-gate.ts";
export { taylorMargin } from "./taylor-margin.ts";
export { taylorOutput } from "./taylor-output.ts";
export { taylorSecondOrder } from "./taylor-second-order.ts";
export { taylorSecondOrderGate } from "./taylor-second-order-gate.ts";
export { taylorSkipGate } from "./taylor-skip-gate.ts";
export { taylorWeight } from "./taylor-weight.ts";
export { taylorWeightGroup } from "./taylor-weight-group.ts";
export { l1, l2 } from "./weight-magnitude.ts";
