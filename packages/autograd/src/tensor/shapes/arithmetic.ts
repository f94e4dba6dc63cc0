// Exact arithmetic on sizes as types, by the schoolbook method on decimal digits. A column of
// digits is a tuple whose length is the column's sum, so no tuple gets longer than a few hundred;
// counting with tuples would end at 999 (the compiler's recursion limit). If an operand is not a
// literal, or a result is beyond 2^53, the result is `number`.
import type { IsKnown } from "./dimension.ts";

type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type Column = 0[];

/** A digit as a tuple of that length. */
type Units = [
  [],
  [0],
  [0, 0],
  [0, 0, 0],
  [0, 0, 0, 0],
  [0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0, 0],
];

/** The digits of a number, least significant first, as are all lists of digits here. */
type Digits<
  N extends number | string,
  Read extends Digit[] = [],
> = `${N}` extends `${infer First extends Digit}${infer Rest}`
  ? Digits<Rest, [First, ...Read]>
  : Read;

type Columns<A extends Digit[]> = { [I in keyof A]: Units[A[I]] };

type ToNumber<A extends Digit[], Text extends string = ""> = A extends [
  infer First extends Digit,
  ...infer Rest extends Digit[],
]
  ? ToNumber<Rest, `${First}${Text}`>
  : ParseNumber<Text>;

/** Drops leading zeros; beyond 2^53, where a number prints differently, the result is `number`. */
type ParseNumber<Text extends string> = Text extends `0${infer Rest}`
  ? Rest extends ""
    ? 0
    : ParseNumber<Rest>
  : Text extends `${infer N extends number}`
    ? N
    : never;

type AddColumns<A extends Column[], B extends Column[]> = A extends [
  infer FirstA extends Column,
  ...infer RestA extends Column[],
]
  ? B extends [infer FirstB extends Column, ...infer RestB extends Column[]]
    ? [[...FirstA, ...FirstB], ...AddColumns<RestA, RestB>]
    : A
  : B;

/** Columns to digits: a sum's last digit stays, the others carry over to the next columns. */
type Carry<C extends Column[], Done extends Digit[] = []> = C extends [
  infer First extends Column,
  ...infer Rest extends Column[],
]
  ? Digits<First["length"]> extends [infer Last extends Digit, ...infer Carried extends Digit[]]
    ? Carry<Carried extends [] ? Rest : AddColumns<Rest, Columns<Carried>>, [...Done, Last]>
    : never
  : Done;

type RepeatColumn<Times extends Column, C extends Column> = Times extends [
  0,
  ...infer Rest extends Column,
]
  ? [...C, ...RepeatColumn<Rest, C>]
  : [];

type MultiplyColumns<A extends Digit[], B extends Digit[]> = A extends [
  infer First extends Digit,
  ...infer Rest extends Digit[],
]
  ? AddColumns<
      { [I in keyof B]: RepeatColumn<Units[First], Units[B[I]]> },
      [[], ...MultiplyColumns<Rest, B>]
    >
  : [];

type BothKnown<A extends number, B extends number> = IsKnown<A> extends true ? IsKnown<B> : false;

export type Add<A extends number, B extends number> = A extends 0
  ? B
  : B extends 0
    ? A
    : BothKnown<A, B> extends true
      ? ToNumber<Carry<AddColumns<Columns<Digits<A>>, Columns<Digits<B>>>>>
      : number;

export type Multiply<A extends number, B extends number> = A extends 1
  ? B
  : B extends 1
    ? A
    : BothKnown<A, B> extends true
      ? ToNumber<Carry<MultiplyColumns<Digits<A>, Digits<B>>>>
      : number;

/** `[difference, borrow]` of one column. */
type SubtractColumn<A extends Column, B extends Column> = A extends [...B, ...infer Rest]
  ? [Rest["length"], []]
  : [...Units[9], 0, ...A] extends [...B, ...infer Rest]
    ? [Rest["length"], [0]]
    : never;

/** The digits of a - b, or `false` if b is greater; the shorter one is padded with zeros. */
type SubtractDigits<
  A extends Digit[],
  B extends Digit[],
  Borrow extends Column = [],
  Done extends Digit[] = [],
> = A extends [infer FirstA extends Digit, ...infer RestA extends Digit[]]
  ? B extends [infer FirstB extends Digit, ...infer RestB extends Digit[]]
    ? SubtractColumn<Units[FirstA], [...Units[FirstB], ...Borrow]> extends [
        infer Left extends Digit,
        infer Next extends Column,
      ]
      ? SubtractDigits<RestA, RestB, Next, [...Done, Left]>
      : never
    : Borrow extends []
      ? [...Done, ...A]
      : SubtractDigits<A, [0], Borrow, Done>
  : B extends []
    ? Borrow extends []
      ? Done
      : false
    : SubtractDigits<[0], B, Borrow, Done>;

/** a - b, or 0 if b is greater. Both must be known. */
export type Difference<A extends number, B extends number> =
  SubtractDigits<Digits<A>, Digits<B>> extends infer Left extends Digit[] ? ToNumber<Left> : 0;

/** a - b, or 0 if b is greater; `number` if one is not known. */
export type Subtract<A extends number, B extends number> = B extends 0
  ? A
  : BothKnown<A, B> extends true
    ? Difference<A, B>
    : number;

/** Whether a < b. Both must be known. */
export type IsLess<A extends number, B extends number> =
  SubtractDigits<Digits<A>, Digits<B>> extends false ? true : false;

/**
 * `[remainder, quotient's digit]`: subtracts the divisor as often as possible, at most nine times.
 */
type DivideStep<Rest extends Digit[], Divisor extends Digit[], Taken extends Column = []> =
  SubtractDigits<Rest, Divisor> extends infer Left extends Digit[]
    ? DivideStep<Left, Divisor, [...Taken, 0]>
    : [Rest, Taken["length"]];

/** `[quotient, whether the remainder is 0]` */
type DivideDigits<
  A extends Digit[],
  Divisor extends Digit[],
  Rest extends Digit[] = [],
  Quotient extends Digit[] = [],
> = A extends [...infer Lower extends Digit[], infer Highest extends Digit]
  ? DivideStep<[Highest, ...Rest], Divisor> extends [
      infer Left extends Digit[],
      infer Next extends Digit,
    ]
    ? DivideDigits<Lower, Divisor, Left, [Next, ...Quotient]>
    : never
  : [ToNumber<Quotient>, [Rest[number]] extends [0] ? true : false];

/** a / b if it is an integer, else `never`; b must not be 0. */
export type Divide<A extends number, B extends number> = B extends 1
  ? A
  : BothKnown<A, B> extends true
    ? DivideDigits<Digits<A>, Digits<B>> extends [infer Quotient extends number, true]
      ? Quotient
      : never
    : number;

/** a / b, rounded up; b must not be 0. */
export type DivideUp<A extends number, B extends number> = B extends 1
  ? A
  : BothKnown<A, B> extends true
    ? DivideDigits<Digits<A>, Digits<B>> extends [infer Quotient extends number, infer IsWhole]
      ? IsWhole extends true
        ? Quotient
        : Add<Quotient, 1>
      : never
    : number;
