// Room for what is going to be computed, asked for at once. TensorFlow's allocator on the CPU grows by blocks twice as
// large as the last, and never gives one back; a step that needs 1.7 GB ends up having touched 2.1 GB of them. In one
// block of the right size it reuses what it has touched. Other engines have nothing to reserve.

import * as tf from "@tensorflow/tfjs-core";

type Reserve = (bytes: number) => void;

const reservers = new Map<string, Reserve>();

/** Tells how the named tfjs backend reserves memory. */
export const registerReserve = (backendName: string, reserve: Reserve): void => {
  reservers.set(backendName, reserve);
};

/**
 * A hint, which changes no result: about so many bytes will be in use at a time. Address space is all that it takes
 * until they are.
 */
export const reserveMemory = (bytes: number): void => {
  tf.backend();
  reservers.get(tf.getBackend())?.(bytes);
};
