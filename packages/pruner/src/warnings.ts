/** Hands warnings on and keeps them for the result. */

import { printWarning } from "@secateur/base";
export interface Warnings {
  /** Every sentence once, in order. */
  readonly list: readonly string[];
  readonly warn: (message: string) => void;
}

export function recordWarnings(onWarning: (message: string) => void = printWarning): Warnings {
  const list: string[] = [];
  return {
    list,
    warn(message) {
      if (list.includes(message)) return;
      list.push(message);
      onWarning(message);
    },
  };
}
