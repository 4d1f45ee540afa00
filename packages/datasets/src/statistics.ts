/** Mean and standard deviation of each channel, on a scale of 0 to 1. Which to use is a property of the network. */

export interface Normalization {
  /** [channels] */
  readonly mean: readonly number[];
  /** [channels] */
  readonly std: readonly number[];
}

/** CIFAR-10's training pictures. */
export const cifar10Statistics: Normalization = {
  mean: [0.4914, 0.482158, 0.446531],
  std: [0.247032, 0.243485, 0.261588],
};

/** ImageNet's training pictures; many networks for other data were trained with these too. */
export const imagenetStatistics: Normalization = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
