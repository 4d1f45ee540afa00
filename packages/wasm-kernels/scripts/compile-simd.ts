/** Compiles assembly/ to WebAssembly, once for ordinary memory and once for the shared memory of tfjs's threaded build. */
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const options: readonly string[] = [
  "-O3",
  "--runtime=stub",
  "--importMemory",
  "--noExportMemory",
  "--noAssert",
  "--enable=simd",
  "--enable=bulk-memory",
  // Counts are int32 and pointers usize: the same in 32-bit memory, where tfjs's heap lies.
  "--disableWarning=201",
];
const sharedOptions: readonly string[] = ["--enable=threads", "--sharedMemory", "--maximumMemory=65536"];

/** @returns The module's bytes. */
export async function compileSimd(memory: "ordinary" | "shared"): Promise<Uint8Array> {
  const baseDir = fileURLToPath(new URL("../assembly/", import.meta.url));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      "index.ts",
      "--outFile=out.wasm",
      `--baseDir=${baseDir}`,
      ...options,
      ...(memory === "shared" ? sharedOptions : []),
    ],
    {
      writeFile: (_name: string, contents: string | Uint8Array) => {
        if (typeof contents !== "string") binary = contents;
      },
    },
  );
  if (error !== null || binary === undefined)
    throw new Error(`assembly/ does not compile:\n${stderr.toString()}`);
  return binary;
}
