/** The criteria that come with this package: `criteria.taylorGate()`. */
export { bnScale } from "./bn-scale.ts";
export { random } from "./random.ts";
export { taylorGate } from "./taylor-gate.ts";
export { taylorWeight } from "./taylor-weight.ts";
export { taylorWeightGroup } from "./taylor-weight-group.ts";
export { l1, l2 } from "./weight-magnitude.ts";
