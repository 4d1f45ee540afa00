/** The exports of the WebAssembly module: kernels that work on tfjs's own wasm heap, given pointers into it. */
export { normalize, normalizeGrad } from "./batch-norm";
export { channelMoments, channelProducts } from "./channel-sums";
export { convolutionFilterGrad } from "./convolution-filter-grad";
export { convolutionInputGrad } from "./convolution-input-grad";
export { depthwiseFilterGrad, depthwiseInputGrad } from "./depthwise-grad";
export { reluGrad } from "./elementwise";
export { maxPoolGrad } from "./max-pool-grad";
export { segmentSum } from "./segment-sum";
