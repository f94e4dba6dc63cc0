/**
 * Checks of arguments and options, for functions of one's own that refuse what they cannot take in the words
 * of nabla's: what was given, what was expected, and where. One table says of each option what it may be; the
 * compiler compares its names with those of the options' type.
 *
 * @module @nabla/autograd/checks
 */

export { describe, isPlainObject } from "./graph/describe.ts";
export { checkTensor, isTensor } from "./tensor/given-tensor.ts";
export {
  anything,
  callable,
  count,
  finite,
  flag,
  fraction,
  fromZero,
  integer,
  integerFrom,
  type Kind,
  natural,
  notNegative,
  oneOf,
  plain,
  positive,
  probability,
  text,
} from "./tensor/kinds.ts";
export { checkKind, checkNames, checkOptions, type Kinds } from "./tensor/options.ts";
