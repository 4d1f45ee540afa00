/** The errors of this package. */

export class OracleError extends Error {
  override readonly name: string = "OracleError";
}
