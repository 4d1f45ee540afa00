/** The flag that decides a setting, without its dashes: `batch-size` for `batchSize`. */
export function flagName(setting: string): string {
  return setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
