/** The first of two workers in one all-reduce; posts the sum. */
import { parentPort, workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
const { joinAllReduce } = await import("../src/all-reduce.ts");

const sums = Float64Array.of(workerData.sum);
joinAllReduce(workerData.allReduce, 0, 2, 20_000)(sums);
parentPort?.postMessage(sums[0]);
