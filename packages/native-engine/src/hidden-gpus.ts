/** Whether the user hides all GPUs from CUDA, for instance to run the GPU's build of TensorFlow on a machine without one. */
import process from "node:process";

/** CUDA ignores the list from its first invalid index on. */
export function gpusAreHidden({ CUDA_VISIBLE_DEVICES: devices }: NodeJS.ProcessEnv = process.env): boolean {
  return devices !== undefined && /^\s*(-|$)/.test(devices);
}
