// einsum expressions as types: parsed letter by letter, checked against the shapes, and the
// resulting shape; or the message, in the words of ../../graph/shape/einsum.ts.
import type { BroadcastDimension, BroadcastKnown } from "./broadcast.ts";
import type {
  FormatDimension,
  FormatShape,
  RankUnknown,
  SameDimension,
  Shape,
} from "./dimension.ts";

type Shapes = readonly Shape[];

/** The labels known so far: `[label, size, the shape that gave it]`, one for each. */
type Known = readonly [label: string, size: number, shape: Shape];

// Parsing

type WithoutSpaces<Text extends string> = Text extends `${infer Front} ${infer Back}`
  ? WithoutSpaces<`${Front}${Back}`>
  : Text;

type Divided<Text extends string> = Text extends `${infer Front},${infer Back}`
  ? [Front, ...Divided<Back>]
  : [Text];

type Letters<
  Text extends string,
  Read extends string[] = [],
> = Text extends `${infer First}${infer Rest}` ? Letters<Rest, [...Read, First]> : Read;

type Alphabet = Letters<"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz">;

/** A term's labels before and after "..."; `undefined` after if it has none. */
type Term = readonly [before: string[], after: string[] | undefined];

type LabelsOf<T extends Term> = [...T[0], ...(T[1] extends string[] ? T[1] : [])];

type ReadTerm<Text extends string> = Text extends `${infer Front}...${infer Back}`
  ? CheckedTerm<Text, [Letters<Front>, Letters<Back>]>
  : CheckedTerm<Text, [Letters<Text>, undefined]>;

type CheckedTerm<Text extends string, T extends Term> = [
  Exclude<T[0][number] | (T[1] extends string[] ? T[1][number] : never), Alphabet[number]>,
] extends [never]
  ? T
  : `einsum: "${Text}" is not made of letters and at most one "..."`;

/** The terms, or the message about the first that is invalid. */
type ReadTerms<Texts extends readonly string[], Read extends Term[] = []> = Texts extends readonly [
  infer First extends string,
  ...infer Rest extends string[],
]
  ? ReadTerm<First> extends infer T
    ? T extends Term
      ? ReadTerms<Rest, [...Read, T]>
      : T
    : never
  : Read;

// Checking against shapes

/** A shape divided like a term: axes before "...", those of "...", those after it. */
type Fitted<T extends Term, S extends Shape> = T[1] extends string[]
  ? Front<S, T[0]> extends [infer Before extends Shape, infer Rest extends Shape]
    ? Back<Rest, T[1]> extends [infer Hidden extends Shape, infer After extends Shape]
      ? { before: Before; hidden: Hidden; after: After }
      : false
    : false
  : S["length"] extends T[0]["length"]
    ? { before: S; hidden: []; after: [] }
    : false;

type Front<S extends Shape, Labels extends string[], Taken extends number[] = []> = Labels extends [
  unknown,
  ...infer Rest extends string[],
]
  ? S extends readonly [infer Size extends number, ...infer Others extends Shape]
    ? Front<Others, Rest, [...Taken, Size]>
    : false
  : [Taken, S];

type Back<S extends Shape, Labels extends string[], Taken extends number[] = []> = Labels extends [
  unknown,
  ...infer Rest extends string[],
]
  ? S extends readonly [...infer Others extends Shape, infer Size extends number]
    ? Back<Others, Rest, [Size, ...Taken]>
    : false
  : [S, Taken];

type RankMessage<Text extends string, T extends Term, S extends Shape> = T[1] extends string[]
  ? `einsum: "${Text}" is for rank ${[...T[0], ...T[1]]["length"] & number} or more, ${FormatShape<S>} has rank ${S["length"]}`
  : `einsum: "${Text}" is for rank ${T[0]["length"] & number}, ${FormatShape<S>} has rank ${S["length"]}`;

/** Adds the sizes of one tensor's labels to the known ones; or the message. */
type Bind<
  Labels extends readonly string[],
  Sizes extends Shape,
  S extends Shape,
  All extends Known,
  Own extends Known = never,
> = Labels extends readonly [infer L extends string, ...infer RestLabels extends string[]]
  ? Sizes extends readonly [infer Size extends number, ...infer RestSizes extends Shape]
    ? Extract<Own, readonly [L, unknown, unknown]> extends infer Before
      ? [Before] extends [never]
        ? BindLabel<L, Size, S, All> extends infer Bound
          ? [Bound] extends [string]
            ? Bound
            : Bind<RestLabels, RestSizes, S, Extract<Bound, Known>, Own | [L, Size, S]>
          : never
        : Before extends readonly [unknown, infer First extends number, unknown]
          ? SameDimension<First, Size> extends true
            ? Bind<RestLabels, RestSizes, S, All, Own>
            : Differ<L, First, S, Size, S>
          : never
      : never
    : All
  : All;

type BindLabel<L extends string, Size extends number, S extends Shape, All extends Known> =
  Extract<All, readonly [L, unknown, unknown]> extends infer Before
    ? [Before] extends [never]
      ? All | [L, Size, S]
      : Before extends readonly [unknown, infer First extends number, infer ByFirst extends Shape]
        ? BroadcastDimension<First, Size> extends [infer Both extends number]
          ? Exclude<All, Before> | [L, Both, First extends 1 ? S : ByFirst]
          : Differ<L, First, ByFirst, Size, S>
        : never
    : never;

type Differ<
  L extends string,
  A extends number,
  SA extends Shape,
  B extends number,
  SB extends Shape,
> = `einsum: "${L}" is ${FormatDimension<A>} in ${FormatShape<SA>} and ${FormatDimension<B>} in ${FormatShape<SB>}`;

/** The result of all terms: the labels' sizes, and the shape of "...". */
interface Bound {
  sizes: Known;
  hidden: Shape;
  /** The first tensor whose "..." is not empty. */
  first: Shape;
}

type BindAll<
  Texts extends readonly string[],
  Terms extends readonly Term[],
  List extends Shapes,
  Sizes extends Known = never,
  Hidden extends Shape = [],
  First extends Shape = [],
> = Terms extends readonly [infer T extends Term, ...infer RestTerms extends Term[]]
  ? List extends readonly [infer S extends Shape, ...infer RestList extends Shapes]
    ? Texts extends readonly [infer Text extends string, ...infer RestTexts extends string[]]
      ? RankUnknown<S> extends true
        ? BindAll<
            RestTexts,
            RestTerms,
            RestList,
            Unknown<LabelsOf<T>[number], Sizes>,
            T[1] extends string[] ? Shape : Hidden,
            First
          >
        : Fitted<T, S> extends infer F
          ? F extends { before: Shape; hidden: Shape; after: Shape }
            ? Ellipsis<Hidden, F["hidden"], First, S> extends infer Both
              ? Both extends Shape
                ? Bind<LabelsOf<T>, [...F["before"], ...F["after"]], S, Sizes> extends infer Next
                  ? [Next] extends [string]
                    ? Next
                    : BindAll<
                        RestTexts,
                        RestTerms,
                        RestList,
                        Extract<Next, Known>,
                        Both,
                        First extends [] ? (F["hidden"] extends [] ? First : S) : First
                      >
                  : never
                : Both
              : never
            : RankMessage<Text, T, S>
          : never
      : never
    : never
  : { sizes: Sizes; hidden: Hidden; first: First };

/** Labels of a tensor whose shape is not known may have any size. */
type Unknown<L extends string, All extends Known> =
  | All
  | (L extends All[0] ? never : [L, number, Shape]);

/** The common shape of "...". */
type Ellipsis<A extends Shape, B extends Shape, First extends Shape, S extends Shape> = true extends
  | RankUnknown<A>
  | RankUnknown<B>
  ? Shape
  : BroadcastKnown<A, B> extends infer Both extends Shape
    ? [Both] extends [never]
      ? `einsum: "..." is ${FormatShape<A>} in ${FormatShape<First>} and ${FormatShape<B>} in ${FormatShape<S>}`
      : Both
    : never;

// The output

type SizesOf<Labels extends readonly string[], Sizes extends Known> = {
  [I in keyof Labels]: Extract<Sizes, readonly [Labels[I], unknown, unknown]>[1];
};

type Output<T extends Term, B extends Bound> = T[1] extends string[]
  ? RankUnknown<B["hidden"]> extends true
    ? Shape
    : [...SizesOf<T[0], B["sizes"]>, ...B["hidden"], ...SizesOf<T[1], B["sizes"]>]
  : SizesOf<T[0], B["sizes"]>;

/** The explicit output, checked. */
type WrittenOutput<Expression extends string, T extends Term, B extends Bound> =
  OutputFault<Expression, LabelsOf<T>, B["sizes"][0]> extends infer Fault extends string
    ? Fault
    : T[1] extends string[]
      ? Output<T, B>
      : B["hidden"] extends []
        ? Output<T, B>
        : RankUnknown<B["hidden"]> extends true
          ? Output<T, B>
          : `einsum: "..." is not in the output of "${Expression}"`;

/** The first label that no term has, or that occurs twice; `false` if there is none. */
type OutputFault<
  Expression extends string,
  Labels extends readonly string[],
  All extends string,
  Seen extends string = never,
> = Labels extends readonly [infer L extends string, ...infer Rest extends string[]]
  ? L extends All
    ? L extends Seen
      ? `einsum: "${L}" is twice in the output of "${Expression}"`
      : OutputFault<Expression, Rest, All, Seen | L>
    : `einsum: "${L}" is in the output of "${Expression}", but in no term`
  : false;

/** "..." and all labels that occur once, in alphabetical order. */
type ImpliedOutput<Terms extends readonly Term[], B extends Bound> = Output<
  [[], Once<Alphabet, AllLabels<Terms>>],
  B
>;

type AllLabels<Terms extends readonly Term[], Done extends string[] = []> = Terms extends readonly [
  infer T extends Term,
  ...infer Rest extends Term[],
]
  ? AllLabels<Rest, [...Done, ...LabelsOf<T>]>
  : Done;

type Once<
  Letters extends readonly string[],
  All extends readonly string[],
  Done extends string[] = [],
> = Letters extends readonly [infer L extends string, ...infer Rest extends string[]]
  ? Once<Rest, All, Occurrences<L, All>["length"] extends 1 ? [...Done, L] : Done>
  : Done;

type Occurrences<
  L,
  All extends readonly string[],
  Done extends unknown[] = [],
> = L extends All[number]
  ? All extends readonly [infer First, ...infer Rest extends string[]]
    ? Occurrences<L, Rest, First extends L ? [...Done, 0] : Done>
    : Done
  : Done;

/** The shape, or the message. */
type EinsumOrMessage<Expression extends string, List extends Shapes> = string extends Expression
  ? Shape
  : number extends List["length"]
    ? Shape
    : WithoutSpaces<Expression> extends infer Text extends string
      ? Text extends `${infer Left}->${infer Right}`
        ? Read<Expression, Divided<Left>, ReadTerms<[...Divided<Left>, Right]>, List, Right>
        : Read<Expression, Divided<Text>, ReadTerms<Divided<Text>>, List, undefined>
      : never;

type Read<
  Expression extends string,
  Texts extends readonly string[],
  Terms,
  List extends Shapes,
  Right extends string | undefined,
> = Terms extends readonly Term[]
  ? Texts["length"] extends List["length"]
    ? BindAll<Texts, Right extends string ? WithoutLast<Terms> : Terms, List> extends infer B
      ? B extends Bound
        ? Right extends string
          ? WrittenOutput<Expression, Last<Terms>, B>
          : ImpliedOutput<Terms, B>
        : B
      : never
    : `einsum: number of tensors for "${Expression}" is ${List["length"]}, expected ${Texts["length"]}`
  : Terms;

type WithoutLast<Terms extends readonly Term[]> = Terms extends readonly [
  ...infer Front extends Term[],
  unknown,
]
  ? Front
  : [];

type Last<Terms extends readonly Term[]> = Terms extends readonly [
  ...unknown[],
  infer T extends Term,
]
  ? T
  : never;

/** The shape of an expression; `never` if it does not fit, `Shape` if it is not a literal. */
export type Einsum<Expression extends string, List extends Shapes> =
  EinsumOrMessage<Expression, List> extends infer Result extends Shape ? Result : never;

/** `einsum: "j" is 3 in [2, 3] and 4 in [4, 5]` */
export type EinsumCheck<Expression extends string, List extends Shapes, Fits> =
  EinsumOrMessage<Expression, List> extends infer Message extends string ? Message : Fits;
