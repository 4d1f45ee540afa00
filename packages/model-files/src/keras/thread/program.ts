/** The program of a thread that reads Keras files, one after another. Its first message says that it has started. */
import { parentPort } from "node:worker_threads";
import h5wasm from "h5wasm";
import { type KerasContent, type KerasFile, readKerasContent } from "../keras-content.ts";

export type Answer =
  | { readonly content: KerasContent }
  | {
      readonly problem: string;
      /** After a fault in h5wasm, whose memory may be damaged. */
      readonly isBroken: boolean;
    };

async function answer(file: KerasFile): Promise<Answer> {
  try {
    return { content: await readKerasContent(file) };
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error));
    return { problem: message, isBroken: cause instanceof WebAssembly.RuntimeError };
  }
}

parentPort?.on("message", async (file: KerasFile) => {
  const result = await answer(file);
  const weights = "content" in result ? [...result.content.weights.values()] : [];
  parentPort?.postMessage(
    result,
    weights.map(({ values }) => values.buffer),
  );
});
await h5wasm.ready;
parentPort?.postMessage("started");
