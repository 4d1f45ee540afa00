/** @packageDocumentation Data-parallel training on several CPU threads in Node: each computes a shard of the minibatch. */
export { DataParallelError } from "./errors.ts";
export { type Statistics, statisticsKinds } from "./worker-messages.ts";
export { startWorkerPool, type WorkerPool, type WorkerPoolOptions } from "./worker-pool.ts";
