import { expect, it } from "vitest";
import { compileSimd } from "../scripts/compile-simd.ts";
import { moduleBytes, sharedModuleBytes } from "../src/simd/module-bytes.ts";

const hint = "assembly/ changed: run `pnpm build:simd` in packages/wasm-kernels";

it("the committed WebAssembly is what assembly/ compiles to", async () => {
  expect(Buffer.from(await compileSimd("ordinary")).toString("base64") === moduleBytes, hint).toBe(true);
  expect(Buffer.from(await compileSimd("shared")).toString("base64") === sharedModuleBytes, hint).toBe(true);
});

it("it is code only: no data that would overwrite tfjs's heap, memory from outside", async () => {
  const module = await WebAssembly.compile(Buffer.from(moduleBytes, "base64"));
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
  expect(WebAssembly.Module.customSections(module, "data")).toEqual([]);
});

it("the shared build takes shared memory", async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { instance } = await WebAssembly.instantiate(Buffer.from(sharedModuleBytes, "base64"), {
    env: { memory },
  });
  expect(Object.keys(instance.exports)).toContain("normalize");
});
