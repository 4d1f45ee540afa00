/** An array of zeros that several threads see: posted to a worker, it is shared and not copied. */
export const sharedFloats = (length: number): Float32Array =>
  new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
