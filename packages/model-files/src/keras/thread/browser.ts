/** `#keras-thread` in browsers: reads Keras files in the page's own thread, without a time limit. */
import { type KerasContent, type KerasFile, readKerasContent } from "../keras-content.ts";

/** @throws ModelFileError */
export function readInThread(file: KerasFile): Promise<KerasContent> {
  return readKerasContent(file);
}
