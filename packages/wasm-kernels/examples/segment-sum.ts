/** Adds rows into segments, for which tfjs's wasm backend has no kernel. */
import { registerWasmKernels } from "@secateur/wasm-kernels";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";

await tf.setBackend("wasm");
await registerWasmKernels();

const rows = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
const ids = tf.tensor1d([1, 0, 1], "int32");
const sums = tf.unsortedSegmentSum(rows, ids, 2);
console.log(sums.dataSync().join(" "));
tf.dispose([rows, ids, sums]);
