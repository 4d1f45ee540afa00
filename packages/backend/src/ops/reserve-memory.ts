/**
 * Allocates memory before it is needed. TensorFlow's CPU allocator grows by doubling and never shrinks; in one block of
 * the right size it reuses what it has touched. Other engines have nothing to reserve.
 */
import { currentCapabilities } from "./engine-capabilities.ts";

/**
 * A hint that changes no result.
 *
 * @param bytes - About how much will be in use at a time. Only address space is taken until it is used.
 */
export function reserveMemory(bytes: number): void {
  currentCapabilities().reserveMemory?.(bytes);
}
