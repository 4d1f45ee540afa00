/** Whether this is Node (or something that stands in for it), where `node:` modules can be imported. */
export const isNode = (): boolean =>
  typeof process === "object" && typeof process.versions?.node === "string";
