// Parts that few programs need, such as what computes loops. The layer that uses one does not import it:
// whoever makes nodes that need it supplies it before. So a bundle without such nodes is without the part.

export class Supplied<Part> {
  #part: Part | undefined;

  supply(part: Part): void {
    this.#part = part;
  }

  get part(): Part {
    if (this.#part === undefined) throw new Error("unreachable: a part that nobody supplied");
    return this.#part;
  }
}
