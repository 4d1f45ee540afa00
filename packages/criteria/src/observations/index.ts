/** The built-in observations. For custom ones, see `Observation`. */
export { activations } from "./activations.ts";
export { drawnLabelGates } from "./drawn-label-gates.ts";
export { gateCurvatureEstimate } from "./gate-curvature-estimate.ts";
export { gradients } from "./gradients.ts";
export { hessianProducts } from "./hessian-products.ts";
export { margins } from "./margins.ts";
export { perExampleGates } from "./per-example-gates.ts";
export { tensorGates } from "./tensor-gates.ts";
