/** The first of two workers that meet once; tells the sum. */
import { parentPort, workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
const { meet } = await import("../src/meeting.ts");

const sums = Float64Array.of(workerData.sum);
meet(workerData.meeting, 0, 2, 20_000)(sums);
parentPort?.postMessage(sums[0]);
