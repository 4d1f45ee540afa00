/** @packageDocumentation MACs, parameters, bytes and latency of a `tf.LayersModel`; rank correlations and their confidence intervals. */
export { type BootstrapInterval, type BootstrapOptions, bootstrap } from "./bootstrap.ts";
export { MetricsError } from "./errors.ts";
export { kendall } from "./kendall.ts";
export { type Latency, type LatencyOptions, measureLatencies, measureLatency } from "./latency.ts";
export { type CallShapes, type MacRule, macRules } from "./mac-rules.ts";
export { countMacs, type LayerMacs, type Macs, type MacsOptions, needsInputShape } from "./macs.ts";
export { byteSize, countParameters, type ParameterCount } from "./parameters.ts";
export { pearson, spearman } from "./rank-correlation.ts";
export { type UncountedLayers, uncountedLayers } from "./uncounted-layers.ts";
