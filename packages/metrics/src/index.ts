/** @packageDocumentation MACs, parameters, bytes and latency of a `tf.LayersModel`; rank correlations. */
export { MetricsError } from "./errors.ts";
export { type Latency, type LatencyOptions, measureLatency } from "./latency.ts";
export { countMacs, type LayerMacs, type Macs } from "./macs.ts";
export { byteSize, countParameters, type ParameterCount } from "./parameters.ts";
export { kendall, pearson, spearman } from "./rank-correlation.ts";
