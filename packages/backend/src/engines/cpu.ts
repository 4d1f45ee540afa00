/** Plain JavaScript: the reference for tests, hundreds of times too slow to train with. */
import type { Engine } from "./engine.ts";
import { startBackend } from "./start-backend.ts";

export const cpu: Engine = {
  isAutomatic: false,
  remedy: "reinstall @tensorflow/tfjs-backend-cpu",
  start: async ({ timeoutMs }) => {
    const { version_cpu: version } = await import("@tensorflow/tfjs-backend-cpu");
    const { registerCorrections } = await import("@secateur/wasm-kernels");
    await startBackend("cpu", { register: () => registerCorrections("cpu"), timeoutMs });
    return { device: { version, device: "CPU, plain JavaScript", threads: 1 }, capabilities: {} };
  },
};
