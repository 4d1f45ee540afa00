/** Something that is missing here; the message is one sentence for people, with what to do. */
export class NativeEngineError extends Error {
  override readonly name = "NativeEngineError";
}
