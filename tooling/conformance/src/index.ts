/** Conformance kits for criteria and layer rules, ours and other people's. The kit for networks is in `@repo/testing`. */
export type { ConformanceNetwork } from "./conformance-networks.ts";
export { type CriterionOptions, describeCriterion } from "./describe-criterion.ts";
export { describeLayerRule, type LayerRuleOptions } from "./describe-layer-rule.ts";
