// Whether a layer is in training. Each layer that does something else then holds a switch of its own, so
// that a model is told, and no other model hears of it.

/** On at first. */
export class Mode {
  #training = true;

  get training(): boolean {
    return this.#training;
  }

  readonly train = (): void => {
    this.#training = true;
  };

  readonly evaluate = (): void => {
    this.#training = false;
  };
}
