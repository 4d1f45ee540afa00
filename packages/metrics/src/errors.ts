/** The error of this package; its message says what cannot be measured, and why. */
export class MetricsError extends Error {
  override readonly name = "MetricsError";
}
