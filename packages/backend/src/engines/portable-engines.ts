/** The engines that run in browsers and in Node without a native library. */
import { cpu } from "./cpu.ts";
import type { Engine } from "./engine.ts";
import { wasm } from "./wasm.ts";
import { webgl } from "./webgl.ts";
import { webgpu } from "./webgpu.ts";

export const portableEngineNames = ["wasm", "webgl", "webgpu", "cpu"] as const;
export type PortableEngineName = (typeof portableEngineNames)[number];

/** In the order in which `auto` tries them. */
export const portableEngines: Readonly<Record<PortableEngineName, Engine>> = { wasm, webgl, webgpu, cpu };
